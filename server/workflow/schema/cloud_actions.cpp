#include "workflow/schema/built_in.hpp"

#include <array>

namespace triphammer::workflow {

namespace {

constexpr auto kConfigureCredentials = std::to_array<Input>({
    {"aws-region"},
    {"aws-access-key-id"},
    {"aws-secret-access-key"},
    {"aws-session-token"},
    {"role-to-assume"},
    {"role-session-name"},
    {"role-duration-seconds"},
    {"role-external-id"},
    {"role-chaining"},
    {"role-skip-session-tagging"},
    {"custom-tags"},
    {"transitive-tag-keys"},
    {"inline-session-policy"},
    {"managed-session-policies"},
    {"web-identity-token-file"},
    {"mask-aws-account-id"},
    {"output-credentials"},
    {"output-env-credentials"},
    {"unset-current-credentials"},
    {"use-existing-credentials"},
    {"allowed-account-ids"},
    {"disable-retry"},
    {"retry-max-attempts"},
    {"action-timeout-s"},
    {"audience"},
    {"force-skip-oidc"},
    {"special-characters-workaround", false, "false"},
    {"overwrite-aws-profile", false, "false"},
    {"aws-profile", false},
    {"http-proxy", false},
    {"no-proxy", false},
});
constexpr auto kEcrLogin = std::to_array<Input>({
    {"registries"},
    {"registry-type"},
    {"mask-password"},
    {"skip-logout"},
    {"http-proxy", false},
});
constexpr auto kRenderTaskDefinition = std::to_array<Input>({
    {"task-definition"},
    {"task-definition-arn"},
    {"task-definition-family"},
    {"task-definition-revision"},
    {"container-name"},
    {"image"},
    {"environment-variables"},
    {"env-files"},
    {"secrets"},
    {"log-configuration-log-driver"},
    {"log-configuration-options"},
    {"docker-labels"},
    {"command"},
    {"task-role-arn"},
    {"execution-role-arn"},
});
constexpr auto kDeployTaskDefinition = std::to_array<Input>({
    {"task-definition"},
    {"task-definition-arn"},
    {"service"},
    {"cluster"},
    {"desired-count"},
    {"force-new-deployment"},
    {"wait-for-service-stability"},
    {"wait-for-minutes"},
    {"keep-null-value-keys"},
    {"enable-ecs-managed-tags"},
    {"propagate-tags"},
    {"service-managed-ebs-volume"},
    {"service-managed-ebs-volume-name"},
    {"run-task"},
    {"run-task-container-overrides"},
    {"run-task-security-groups"},
    {"run-task-subnets"},
    {"run-task-assign-public-IP"},
    {"run-task-capacity-provider-strategy"},
    {"run-task-launch-type"},
    {"run-task-started-by"},
    {"run-task-tags"},
    {"run-task-managed-ebs-volume"},
    {"run-task-managed-ebs-volume-name"},
    {"wait-for-task-stopped"},
    {"codedeploy-appspec", false},
    {"codedeploy-application", false},
    {"codedeploy-deployment-group", false},
    {"codedeploy-deployment-description", false},
    {"codedeploy-deployment-config", false},
});
constexpr auto kSetupTerraform = std::to_array<Input>({
    {"terraform_version"},
    {"terraform_version_file"},
    {"terraform_wrapper"},
    {"cli_config_credentials_hostname"},
    {"cli_config_credentials_token"},
});

constexpr auto kActions = std::to_array<BuiltIn>({
    {"aws-actions/configure-aws-credentials", kConfigureCredentials},
    {"aws-actions/amazon-ecr-login", kEcrLogin},
    {"aws-actions/amazon-ecs-render-task-definition", kRenderTaskDefinition},
    {"aws-actions/amazon-ecs-deploy-task-definition", kDeployTaskDefinition},
    {"hashicorp/setup-terraform", kSetupTerraform},
});

}  // namespace

std::span<const BuiltIn> list_cloud_actions() {
    return kActions;
}

}  // namespace triphammer::workflow
