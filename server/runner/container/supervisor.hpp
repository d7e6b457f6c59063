#pragma once
// The first process of every container of a job, as the engine has it: in a volume of its own
// (docs/adr/0021).

#include "docker/engine.hpp"

#include <memory>
#include <string>

namespace triphammer::runner {

/// Where it stands in every container of a job.
std::string supervisor_path();
/// Whether it is what a container begins with.
bool is_supervised(const docker::ContainerSpec& spec);
/// The volume that holds it, named after its content; as a container that it begins gets it.
std::string supervisor_volume();
std::string supervisor_mount();

/// Attaches to a container that it begins (to its output alone, or to its input as well), then
/// starts that. The engine gets the supervisor where it does not have it yet, by way of a container
/// with `labels` which is never started.
Task<Result<std::unique_ptr<docker::AttachedStream>>> start_supervised(
    docker::Engine& engine, std::string id, bool with_input, docker::Labels labels
);

/// Its first words, where they are text: that it is ready, or why it cannot be.
Task<Result<>> wait_ready(docker::AttachedStream& output);

}  // namespace triphammer::runner
