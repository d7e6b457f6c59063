#pragma once
// No container of a job reaches the metadata addresses of the instance under it (docs/adr/0015).
// The Engine API has no word for that, so our supervisor sets routes in the container's network
// before anything of the job runs there: in the steps' container as its first process, which then
// gives up the right to; in a service's by a helper that shares its network, while the service
// waits behind a gate, because a health check gets all rights of its container again.

#include "docker/engine.hpp"
#include "docker/tar.hpp"
#include "runner/container/engine_place.hpp"

#include <string>

namespace triphammer::runner {

/// Where the supervisor stands in every container of a job.
std::string supervisor_path();
void add_supervisor(docker::TarBuilder& tar);
/// The same for a container that needs nothing else of us, made of `spec`.
Task<Result<>> put_supervisor(
    docker::Engine& engine, std::string container, const docker::ContainerSpec& spec
);

/// For the container of the steps. Its user becomes the supervisor's business.
void guard_steps(docker::ContainerSpec& spec);

/// For any other one: its program waits for `open_gate`. Code::invalid when it has none.
Result<> hide_behind_gate(docker::ContainerSpec& spec, const docker::ImageInfo& image);
/// For one that runs and waits. `image`: any; the helper uses nothing of it.
Task<Result<>> open_gate(
    EnginePlace& place, std::string container, std::string image, std::string suffix
);

}  // namespace triphammer::runner
