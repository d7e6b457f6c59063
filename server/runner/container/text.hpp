#pragma once
// One entry of `container` or `services` as plain text: every expression evaluated, exactly once.

#include "base/result.hpp"
#include "runner/session/job_session.hpp"

#include <string>
#include <utility>
#include <vector>

namespace triphammer::runner {

/// What a key of the file is evaluated to; "" where it is not there.
struct ContainerText {
    std::string name;  // of a service
    std::string image;
    std::string username;
    std::string password;
    std::vector<std::pair<std::string, std::string>> env;
    std::vector<std::string> ports;
    std::vector<std::string> volumes;
    std::string options;
    std::string entrypoint;
    std::string command;
    /// Of `ready`: http, tcp, command, port, interval, timeout, for.
    std::vector<std::pair<std::string, std::string>> ready;
};

/// `container` as it is written, or as the one expression in its place gives it. Code::invalid with
/// the key.
Result<ContainerText> evaluate_container(
    const JobSession& session, const model::Container& container
);

/// `services`, in the order of the file; those with an empty image too.
Result<std::vector<ContainerText>> evaluate_services(
    const JobSession& session, const model::Services& services
);

}  // namespace triphammer::runner
