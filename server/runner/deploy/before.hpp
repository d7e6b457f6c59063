#pragma once
// The command that runs once for each version of a service, in a container of the new image.

#include "docker/engine.hpp"
#include "runner/deploy/target.hpp"

#include <string>

namespace triphammer::runner {

/// `spec` is the container without a command; it is removed after its end. The effect is done when
/// `command` ended with 0. Nothing on the engine tells afterwards whether it ran.
Task<EffectOutcome> run_command_before(
    docker::Engine& engine,
    docker::ContainerSpec spec,
    std::string command,
    execution::StopToken& stop
);

}  // namespace triphammer::runner
