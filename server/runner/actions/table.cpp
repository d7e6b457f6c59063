#include "runner/actions/table.hpp"

#include "base/text.hpp"
#include "runner/actions/aws.hpp"
#include "runner/actions/builtin.hpp"
#include "runner/actions/checkout.hpp"
#include "runner/actions/image.hpp"
#include "runner/actions/setup.hpp"
#include "runner/actions/setup_terraform.hpp"

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
    const auto inputs = evaluate_with(call);
    if (!inputs) co_return failed_step(inputs.error());
    auto running = action.run(call, *inputs, stop);
    co_return co_await std::move(running);
}

}  // namespace triphammer::runner
