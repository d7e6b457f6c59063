#pragma once
// `container` and `services` of a job with their expressions evaluated and checked.

#include "base/result.hpp"
#include "docker/container_spec.hpp"
#include "docker/reference.hpp"
#include "runner/deploy/plan.hpp"
#include "runner/session/job_session.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::runner {

struct ContainerPlan {
    std::string name;  // of a service: its key, and its host name in the job's network
    docker::ImageReference image;
    docker::Credentials credentials;
    /// What the file asks for; name, image, labels and network are the executor's.
    docker::ContainerSpec spec;
    ProbeSpec ready;  // kind none: not asked for
};

/// What every container of a job is kept to.
void restrain(docker::ContainerSpec& spec);
/// The network of a container that has none.
constexpr const char* kNoNetwork = "none";

/// `resources` of the job but `network`, as far as the engine keeps to them; what `spec` has wins.
/// Code::invalid.
Result<> set_resources(const JobSession& session, docker::ContainerSpec& spec);

/// The container that the job's steps run in: the file's, else that of the label. Code::invalid
/// with the key, for what cannot be read and for what no job may have.
Result<ContainerPlan> make_container_plan(const JobSession& session);

/// The services that start: those with an image. Errors name the service.
Result<std::vector<ContainerPlan>> make_service_plans(const JobSession& session);

/// Whether `container:` gives one. An expression may give none. Code::invalid.
Result<bool> has_container(const JobSession& session);

}  // namespace triphammer::runner
