#pragma once

#include "base/result.hpp"
#include "base/task.hpp"

#include <functional>
#include <string>
#include <vector>

namespace triphammer::runner {

class JobSession;

/// What of the job's images must stay, as the daemon knows it.
struct NeededImages {
    std::vector<std::string> runs;     // the images of these
    std::vector<std::string> digests;  // sha256:…
};

/// Asked right before older images go; an error lets all of them stay.
using AskNeeded = std::function<Task<Result<NeededImages>>(const JobSession&)>;

/// The daemon that the session is of: /runner/v1/images. `session` is an attempt's (session.hpp).
Task<Result<NeededImages>> ask_needed_images(const JobSession& session);

}  // namespace triphammer::runner
