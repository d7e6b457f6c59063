#include "runner/actions/table.hpp"

#include "base/text.hpp"
#include "runner/actions/aws.hpp"
#include "runner/actions/builtin.hpp"
#include "runner/actions/checkout.hpp"
#include "runner/actions/image.hpp"
#include "runner/actions/setup.hpp"
#include "runner/actions/setup_terraform.hpp"
#include "workflow/schema/actions.hpp"

#include <algorithm>
#include <array>

namespace triphammer::runner {

namespace {

constexpr auto kTable = std::to_array<BuiltInAction>({
    {"actions/cache", run_cache},
    {"actions/cache/restore", run_cache_restore},
    {"actions/cache/save", run_cache_save},
    {"actions/checkout", run_checkout},
    {"actions/download-artifact", run_download_artifact},
    {"actions/setup-go", run_setup_go},
    {"actions/setup-java", run_setup_java},
    {"actions/setup-node", run_setup_node},
    {"actions/setup-python", run_setup_python},
    {"actions/upload-artifact", run_upload_artifact},
    {"actions/upload-artifact/merge", run_merge_artifacts},
    {"aws-actions/amazon-ecr-login", run_ecr_login},
    {"aws-actions/amazon-ecs-deploy-task-definition", run_deploy_task_definition},
    {"aws-actions/amazon-ecs-render-task-definition", run_render_task_definition},
    {"aws-actions/configure-aws-credentials", run_configure_credentials},
    {"docker/build-push-action", run_build_push},
    {"docker/login-action", run_docker_login},
    {"docker/metadata-action", run_image_metadata},
    {"docker/setup-buildx-action", run_setup_builder},
    {"docker/setup-qemu-action", run_setup_builder},
    {"hashicorp/setup-terraform", run_setup_terraform},
});

/// What the action knows; of the rest a line for the log, as GitHub says it.
ActionInputs known_inputs(
    const BuiltInAction& action, const ActionInputs& given, std::string& remarks
) {
    const auto names = workflow::list_inputs(action.name);
    ActionInputs known;
    for (const auto& [name, value] : given) {
        const bool is_known = std::any_of(names.begin(), names.end(), [&](const auto& one) {
            return equal_ignoring_case(one, name);
        });
        if (is_known) {
            known.set(name, value);
        } else {
            remarks += "##[warning]the action has no input '" + name +
                       "'; it has: " + join(names, ", ") + "\n";
        }
    }
    return known;
}

}  // namespace

const BuiltInAction* find_built_in(std::string_view uses) {
    const auto name = uses.substr(0, uses.find('@'));
    const auto* found = std::find_if(kTable.begin(), kTable.end(), [name](const auto& one) {
        return equal_ignoring_case(one.name, name);
    });
    return found == kTable.end() ? nullptr : found;
}

Task<StepResult> run_built_in(
    const BuiltInAction& action, const ActionCall& call, execution::StopToken& stop
) {
    const auto given = evaluate_with(call);
    if (!given) co_return failed_step(given.error());
    std::string remarks;
    const auto inputs = known_inputs(action, *given, remarks);
    auto saying = call.scope.session().log(call.place.log, std::move(remarks));
    co_await std::move(saying);
    auto running = action.run(call, inputs, stop);
    co_return co_await std::move(running);
}

}  // namespace triphammer::runner
