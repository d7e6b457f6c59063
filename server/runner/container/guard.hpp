#pragma once
// No container of a job reaches the metadata addresses of the instance under it (docs/adr/0015).
// The Engine API has no word for that, so our supervisor sets routes in the container's network
// before anything of the job runs there: in the steps' container as its first process, which then
// gives up the right to; in a service's by a helper that shares its network, while the service
// waits behind a gate, because a health check gets all rights of its container again.

#include "docker/engine.hpp"
#include "runner/container/engine_place.hpp"

#include <string>

namespace triphammer::runner {

/// For the container of the steps; `is_machine`: the image stands for a machine (a label's). Its
/// user becomes the supervisor's business.
void guard_steps(docker::ContainerSpec& spec, const std::string& workspace, bool is_machine);

/// For any other one: its program waits for `open_gate`. Code::invalid when it has none.
Result<> hide_behind_gate(docker::ContainerSpec& spec, const docker::ImageInfo& image);
/// What opens the gate of `container`: another one that shares its network. Before its start.
/// `image`: any; the guard uses nothing of it.
Task<Result<std::string>> make_guard(
    EnginePlace& place, std::string container, std::string image, std::string suffix
);
/// Once the container behind the gate runs. The guard ends then; it is removed with the rest.
Task<Result<>> open_gate(EnginePlace& place, std::string guard);

}  // namespace triphammer::runner
