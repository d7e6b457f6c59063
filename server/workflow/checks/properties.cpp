#include "workflow/checks/properties.hpp"

namespace triphammer::workflow {

namespace {

// output, state, step_summary and repository_visibility, and a runner's workspace, are not on the
// page, but GitHub has them and workflows use them.
constexpr auto kGithub = std::to_array<std::string_view>({
    "action",
    "action_path",
    "action_ref",
    "action_repository",
    "action_status",
    "actor",
    "actor_id",
    "api_url",
    "base_ref",
    "env",
    "event",
    "event_name",
    "event_path",
    "graphql_url",
    "head_ref",
    "job",
    "job_workflow_sha",
    "output",
    "path",
    "ref",
    "ref_name",
    "ref_protected",
    "ref_type",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "repository_visibility",
    "repositoryUrl",
    "retention_days",
    "run_attempt",
    "run_id",
    "run_number",
    "secret_source",
    "server_url",
    "sha",
    "state",
    "step_summary",
    "token",
    "triggering_actor",
    "workflow",
    "workflow_ref",
    "workflow_sha",
    "workspace",
});
constexpr auto kRunner = std::to_array<std::string_view>({
    "name",
    "os",
    "arch",
    "temp",
    "tool_cache",
    "debug",
    "environment",
    "workspace",
});
constexpr auto kJob = std::to_array<std::string_view>({
    "container",
    "services",
    "status",
    "check_run_id",
    "workflow_ref",
    "workflow_sha",
    "workflow_repository",
    "workflow_file_path",
});
constexpr auto kStrategy = std::to_array<std::string_view>({
    "fail-fast",
    "job-index",
    "job-total",
    "max-parallel",
});

struct Context {
    std::string_view name;
    Properties properties;
};

constexpr auto kContexts = std::to_array<Context>({
    {"github", kGithub},
    {"runner", kRunner},
    {"job", kJob},
    {"strategy", kStrategy},
});

}  // namespace

const Properties* find_properties(std::string_view context) {
    for (const auto& one : kContexts) {
        if (one.name == context) return &one.properties;
    }
    return nullptr;
}

}  // namespace triphammer::workflow
