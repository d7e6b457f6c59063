#pragma once
// GitHub's table of context availability ("Contexts reference"), and our own places.

#include "workflow/shape.hpp"

namespace triphammer::workflow::places {

inline constexpr std::string_view kStatus = "success failure cancelled always";
inline constexpr std::string_view kJobLevel = "github needs strategy matrix vars inputs";
inline constexpr std::string_view kStepLevel =
    "github needs strategy matrix job runner env vars secrets steps inputs";
inline constexpr std::string_view kCredentialLevel =
    "github needs strategy matrix env vars secrets inputs";

inline constexpr Place kRunName{"run-name", "github inputs vars", ""};
inline constexpr Place kEnv{"env", "github secrets inputs vars", ""};
inline constexpr Place kJobIf{
    "jobs.<job_id>.if", "github needs vars inputs", "success failure cancelled always"};
inline constexpr Place kJobName{"jobs.<job_id>.name", kJobLevel, ""};
inline constexpr Place kJobEnv{
    "jobs.<job_id>.env", "github needs strategy matrix vars secrets inputs", ""};
inline constexpr Place kJobRunsOn{"jobs.<job_id>.runs-on", kJobLevel, ""};
inline constexpr Place kJobEnvironment{"jobs.<job_id>.environment", kJobLevel, ""};
inline constexpr Place kJobEnvironmentUrl{
    "jobs.<job_id>.environment.url",
    "github needs strategy matrix job runner env vars steps inputs",
    ""};
inline constexpr Place kJobOutputs{"jobs.<job_id>.outputs.<output_id>", kStepLevel, ""};
inline constexpr Place kJobTimeout{"jobs.<job_id>.timeout-minutes", kJobLevel, ""};
inline constexpr Place kJobContinueOnError{"jobs.<job_id>.continue-on-error", kJobLevel, ""};
inline constexpr Place kJobDefaults{
    "jobs.<job_id>.defaults.run", "github needs strategy matrix env vars inputs", ""};
inline constexpr Place kContainer{"jobs.<job_id>.container", kJobLevel, ""};
inline constexpr Place kContainerCredentials{
    "jobs.<job_id>.container.credentials", kCredentialLevel, ""};
inline constexpr Place kContainerEnv{
    "jobs.<job_id>.container.env.<env_id>",
    "github needs strategy matrix job runner env vars secrets inputs",
    ""};
inline constexpr Place kStepIf{
    "jobs.<job_id>.steps.if",
    "github needs strategy matrix job runner env vars steps inputs",
    "success failure cancelled always hashFiles"};
inline constexpr Place kStep{"jobs.<job_id>.steps", kStepLevel, "hashFiles"};
// Ours. The values are evaluated by the runner, before anything is built or deployed.
inline constexpr Place kImage{
    "jobs.<job_id>.image", "github needs strategy matrix job runner env vars secrets inputs", ""};
inline constexpr Place kDeploy{
    "jobs.<job_id>.deploy", "github needs strategy matrix job runner env vars secrets inputs", ""};

}  // namespace triphammer::workflow::places
