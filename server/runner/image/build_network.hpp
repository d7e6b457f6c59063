#pragma once

#include "docker/engine.hpp"
#include "runner/session/job_session.hpp"

#include <functional>
#include <memory>
#include <string>

namespace triphammer::runner {

/// Where the commands of a Dockerfile run: in a network of their own that does not lead to the
/// instance's metadata (docs/adr/0066). One per build.
class BuildNetwork {
  public:
    virtual ~BuildNetwork() = default;
    /// What the engine is told to use: container:NAME.
    virtual Task<Result<std::string>> open(docker::Engine& engine) = 0;
    /// Removes it, also what an unfinished `open` left; nothing where it was not opened.
    virtual Task<> close(docker::Engine& engine) = 0;
};

/// The session outlives what it makes.
using MakeBuildNetwork = std::function<std::unique_ptr<BuildNetwork>(JobSession&)>;

}  // namespace triphammer::runner
