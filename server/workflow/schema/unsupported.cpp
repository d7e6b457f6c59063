#include "workflow/schema/unsupported.hpp"

#include <algorithm>
#include <array>

namespace triphammer::workflow {

namespace {

/// BuildKit asks for them over a session (gRPC), which is no part of the Engine API's plain HTTP.
constexpr const char* kBuildSecrets =
    "fetch what needs the secret in a step before the build, and COPY it into a stage whose files "
    "do not get into the image";

// docs/workflows.md, "Not supported yet", names every line; a test compares the two.
constexpr auto kUnsupported = std::to_array<Unsupported>({
    // Steps.
    {"steps.uses.self", "write ./path, after a step that checks the repository out"},
    {"actions/setup-python", "its other inputs are"},
    {"actions/setup-java", "its other inputs are"},
    {"docker/login-action", "aws-actions/amazon-ecr-login for a registry of AWS"},
    {"aws-actions/configure-aws-credentials", "keys go to variables and outputs, no proxy"},
    {"aws-actions/amazon-ecr-login", "its other inputs are"},
    {"aws-actions/amazon-ecs-deploy-task-definition", "ECS's own deployment controller"},
    {"docker/setup-buildx-action", "the server's own engine builds"},
    {"docker/setup-qemu-action", "the server's own engine builds"},
    {"docker/metadata-action", "its other inputs are"},
    {"docker/build-push-action", "the server's own engine builds, and gives images"},
    {"docker/build-push-action.secrets", kBuildSecrets},
    {"docker/build-push-action.secret-files", kBuildSecrets},
    {"docker/build-push-action.secret-envs", kBuildSecrets},
    {"docker/build-push-action.ssh", kBuildSecrets},
    // Our kinds.
    {"image.secrets", kBuildSecrets},
    {"image.cache", "cache-from names images whose layers may be used"},
    {"deploy.strategy.rolling", "blue-green or recreate; to: swarm and to: ecs have it"},
    {"deploy.strategy.canary", "blue-green or recreate; to: ecs has it"},
    {"deploy.strategy.linear", "blue-green or recreate; to: ecs has it"},
    {"deploy.swarm.blue-green", "rolling or recreate"},
    {"deploy.swarm.canary", "rolling or recreate"},
    {"deploy.swarm.linear", "rolling or recreate"},
    {"deploy.ecs.recreate", "rolling, blue-green, canary or linear"},
    {"deploy.replicas", "one container, or to: swarm"},
    {"deploy.volumes.host", "NAME:/path, a volume of the engine"},
});

// What is read and can have no effect here: a warning, not an error.
constexpr auto kWithoutEffect = std::to_array<Unsupported>({
    {"on.image_version", "no webhook carries it"},
    {"on.project", "GitHub has closed classic projects"},
    {"on.project_card", "GitHub has closed classic projects"},
    {"on.project_column", "GitHub has closed classic projects"},
    {"jobs.snapshot", "it makes images of GitHub's own machines"},
});

template <class List>
const Unsupported* find_in(const List& list, std::string_view feature) {
    const auto found = std::find_if(list.begin(), list.end(), [feature](const Unsupported& one) {
        return one.feature == feature;
    });
    return found == list.end() ? nullptr : &*found;
}

}  // namespace

std::span<const Unsupported> list_unsupported() {
    return kUnsupported;
}

const Unsupported* find_unsupported(std::string_view feature) {
    return find_in(kUnsupported, feature);
}

bool report_unsupported(
    Report& report, std::string_view feature, model::Position at, const std::string& what
) {
    if (const auto* idle = find_in(kWithoutEffect, feature)) {
        report.warning("no-effect", at, what + " has no effect here", std::string{idle->advice});
    }
    const auto* found = find_unsupported(feature);
    if (found == nullptr) return false;
    report.error("unsupported", at, what + " is not supported yet", std::string{found->advice});
    return true;
}

}  // namespace triphammer::workflow
