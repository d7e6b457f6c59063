#pragma once
// docker/login-action, docker/setup-buildx-action, docker/setup-qemu-action and
// docker/build-push-action, built in: the engine's own builder, the code of `image` jobs. And
// docker/metadata-action, which names images.

#include "docker/reference.hpp"
#include "runner/actions/call.hpp"

#include <string>
#include <vector>

namespace triphammer::runner {

/// The lines of an input that are not blank.
std::vector<std::string> lines_of(const std::string& text);

/// Keeps it for this job's builds, never in a file, and says so. Masks nothing.
Task<> log_in(const ActionCall& call, docker::Credentials login);

Task<StepResult> run_docker_login(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);
/// There is nothing to set up; says so. Outputs: name, driver, platforms, nodes, endpoint, status,
/// flags.
Task<StepResult> run_setup_builder(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);
/// Outputs: version, tags, tag-names, labels, annotations, json; and the same as variables.
Task<StepResult> run_image_metadata(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);
/// Outputs: imageid, digest, metadata; ref, ours.
Task<StepResult> run_build_push(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);

}  // namespace triphammer::runner
