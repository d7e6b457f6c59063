#include "api/routes.hpp"

#include "api/artifacts/handlers.hpp"
#include "api/deliveries/handlers.hpp"
#include "api/deliveries/manual_run.hpp"
#include "api/deployments/handlers.hpp"
#include "api/deployments/redeploy_handlers.hpp"
#include "api/github/forge_app.hpp"
#include "api/github/handlers.hpp"
#include "api/live/handlers.hpp"
#include "api/openapi.hpp"
#include "api/people/handlers.hpp"
#include "api/pipelines/handlers.hpp"
#include "api/repositories/handlers.hpp"
#include "api/runner/handlers.hpp"
#include "api/runs/board_handlers.hpp"
#include "api/runs/handlers.hpp"
#include "api/server/handlers.hpp"
#include "base/text.hpp"
#include "results/part.hpp"

#include <array>

namespace triphammer::api {

namespace {

using enum http::Method;
using enum Access;

constexpr std::uint64_t kText = 512 * 1024;
constexpr std::uint64_t kBlob = 1ULL << 40U;  // quotas are narrower

/// Its role is judged on the repository that a request is about.
constexpr Route on_repository(Route route) {
    route.scope = Scope::repository;
    return route;
}

constexpr auto kRoutes = std::to_array<Route>({
    {get, "/healthz", open, healthz},
    {get, "/readyz", open, readyz},
    {get, "/metrics", metrics, show_metrics},
    {post, "/webhooks/github", hook, nullptr},
    {post, "/webhooks/github/{hook}", hook, nullptr},

    {get, "/api/v1/openapi.json", open, openapi},
    {get, "/api/v1/schema/workflow.json", open, show_workflow_schema},
    {post, "/api/v1/setup", open, use_setup_link},
    {post, "/api/v1/session", open, sign_in},
    {get, "/api/v1/session", person, show_session},
    {delete_, "/api/v1/session", person, end_session},
    {put, "/api/v1/session/password", person, change_password},
    {get, "/api/v1/session/ways", open, show_session_ways},
    {post, "/api/v1/session/github", open, begin_github_sign_in},
    {post, "/api/v1/session/github/code", open, finish_github_sign_in},
    {post, "/api/v1/session/github/link", person, begin_github_link},
    {delete_, "/api/v1/session/github", person, unlink_github},
    {get, "/api/v1/server", person, show_server},
    {get, "/api/v1/doctor", admin, show_doctor},
    {get, "/api/v1/doctor/github", admin, show_forge_doctor},
    {get, "/api/v1/retention", admin, show_retention},
    {post, "/api/v1/retention", admin, apply_retention},
    on_repository({get, "/api/v1/live", viewer, live_socket}),
    on_repository({get, "/api/v1/events", viewer, live_events}),

    on_repository({get, "/api/v1/deliveries", viewer, list_deliveries}),
    on_repository({get, "/api/v1/deliveries/{guid}", viewer, show_delivery}),
    on_repository({get, "/api/v1/deliveries/{guid}/payload", developer, show_payload}),
    on_repository({post, "/api/v1/deliveries/{guid}/replay", developer, replay_delivery}),

    on_repository({get, "/api/v1/runs", viewer, list_runs}),
    on_repository({post, "/api/v1/runs", developer, start_run}),
    on_repository({get, "/api/v1/runs/{run}", viewer, show_run}),
    on_repository({post, "/api/v1/runs/{run}/cancel", developer, cancel_run}),
    on_repository({post, "/api/v1/runs/{run}/rerun", developer, rerun_run}),
    on_repository({get, "/api/v1/runs/{run}/summaries", viewer, show_summaries}),
    on_repository({get, "/api/v1/runs/{run}/past", viewer, show_past}),
    on_repository({get, "/api/v1/runs/{run}/workflow", viewer, show_workflow}),
    on_repository({get, "/api/v1/runs/{run}/changes", viewer, show_changes}),
    on_repository({get, "/api/v1/runs/{run}/jobs/{job}", viewer, show_job}),
    on_repository({get, "/api/v1/runs/{run}/jobs/{job}/steps/{step}", viewer, show_step}),
    on_repository({get, "/api/v1/runs/{run}/jobs/{job}/log", viewer, show_log}),
    on_repository({get, "/api/v1/runs/{run}/jobs/{job}/log/raw", viewer, show_raw_log}),
    on_repository({get, "/api/v1/runs/{run}/jobs/{job}/log/groups", viewer, show_log_groups}),
    on_repository({get, "/api/v1/runs/{run}/jobs/{job}/log/times", viewer, show_log_times}),

    on_repository({get, "/api/v1/runs/{run}/tests", viewer, show_tests}),
    on_repository({get, "/api/v1/runs/{run}/export", viewer, export_run}),
    on_repository({get, "/api/v1/runs/{run}/artifacts", viewer, list_artifacts}),
    on_repository({get, "/api/v1/runs/{run}/artifacts/{artifact}/zip", viewer, download_artifact}),
    on_repository({delete_, "/api/v1/runs/{run}/artifacts/{artifact}", developer, remove_artifact}),

    on_repository({get, "/api/v1/repositories", viewer, list_repositories}),
    {post, "/api/v1/repositories", admin, create_repository},
    on_repository({delete_, "/api/v1/repositories/{owner}/{name}", admin, remove_repository}),
    on_repository({get, "/api/v1/repositories/{owner}/{name}/hook", admin, show_hook}),
    on_repository({put, "/api/v1/repositories/{owner}/{name}/hook", admin, mend_hook}),
    on_repository({post, "/api/v1/repositories/{owner}/{name}/hook/ping", admin, ping_hook}),
    on_repository(
        {post, "/api/v1/repositories/{owner}/{name}/hook/secret", admin, rotate_hook_secret}
    ),
    on_repository(
        {put, "/api/v1/repositories/{owner}/{name}/workflow-files", admin, set_workflow_files}
    ),
    on_repository(
        {put, "/api/v1/repositories/{owner}/{name}/workflow-access", admin, set_workflow_access}
    ),
    on_repository(
        {put, "/api/v1/repositories/{owner}/{name}/fork-approval", admin, set_fork_approval}
    ),
    {put, "/api/v1/repositories/{owner}/{name}/retention", admin, set_retention},
    on_repository({get, "/api/v1/repositories/{owner}/{name}/starters", developer, list_starters}),

    on_repository({get, "/api/v1/repositories/{owner}/{name}/insights", viewer, show_insights}),
    on_repository({get, "/api/v1/wall", viewer, show_wall}),
    {get, "/api/v1/queue", viewer, show_queue},
    {post, "/api/v1/queue/drain", admin, drain_queue},
    {post, "/api/v1/queue/resume", admin, resume_queue},
    {get, "/badges/{owner}/{name}", open, show_badge},

    {get, "/api/v1/github/app", admin, show_forge_app},
    {delete_, "/api/v1/github/app", admin, remove_forge_app},
    {put, "/api/v1/github/app/hook", admin, mend_app_hook},
    {post, "/api/v1/github/app/hook/secret", admin, rotate_app_secret},
    {post, "/api/v1/github/app/manifest", admin, begin_forge_app},
    {post, "/api/v1/github/app/conversions", admin, finish_forge_app},
    {get, "/api/v1/github/app/installations", admin, list_installations},
    {get,
     "/api/v1/github/app/installations/{installation}/repositories",
     admin,
     list_given_repositories},
    {put, "/api/v1/github/app/repositories/{owner}/{name}", admin, register_given_repository},

    {get, "/api/v1/pipelines", viewer, list_pipelines},
    {get, "/api/v1/pipelines/templates", viewer, list_templates},
    on_repository({post, "/api/v1/pipelines/lint", viewer, lint_pipeline, kText}),
    on_repository({post, "/api/v1/pipelines/preview", viewer, preview_pipeline, kText}),
    {get, "/api/v1/pipelines/{name}", viewer, show_pipeline},
    {put, "/api/v1/pipelines/{name}", admin, save_pipeline, kText},
    {get, "/api/v1/pipelines/{name}/versions", viewer, list_pipeline_versions},
    {get, "/api/v1/pipelines/{name}/versions/{version}", viewer, show_pipeline_version},
    {put, "/api/v1/pipelines/{name}/repositories", admin, bind_pipeline},

    on_repository({get, "/api/v1/approvals", viewer, list_approvals}),
    on_repository({get, "/api/v1/approvals/{approval}", viewer, show_approval}),
    on_repository({post, "/api/v1/approvals/{approval}/approve", approver, approve}),
    on_repository({post, "/api/v1/approvals/{approval}/reject", approver, reject}),
    on_repository({get, "/api/v1/environments", viewer, list_environments}),
    on_repository(
        {get, "/api/v1/environments/{owner}/{name}/{environment}", viewer, show_environment}
    ),
    on_repository({put, "/api/v1/environments/{owner}/{name}/{environment}", admin, set_environment}
    ),
    on_repository({get, "/api/v1/deployments", viewer, list_deployments}),
    on_repository({get, "/api/v1/deployments/{deployment}", viewer, show_deployment}),
    on_repository({post, "/api/v1/deployments/{deployment}/settle", approver, settle_deployment}),
    on_repository({post, "/api/v1/repositories/{owner}/{name}/deployments", developer, deploy_again}
    ),

    on_repository({get, "/api/v1/secrets", admin, list_secrets}),
    on_repository({put, "/api/v1/secrets/{name}", admin, set_secret, kText}),
    on_repository({delete_, "/api/v1/secrets/{name}", admin, remove_secret}),
    on_repository({get, "/api/v1/variables", admin, list_variables}),
    on_repository({put, "/api/v1/variables/{name}", admin, set_variable, kText}),
    on_repository({delete_, "/api/v1/variables/{name}", admin, remove_variable}),
    {get, "/api/v1/users", admin, list_users},
    {post, "/api/v1/users", admin, create_user},
    {put, "/api/v1/users/{name}", admin, change_user},
    {post, "/api/v1/users/{name}/invitation", admin, invite_user},
    {delete_, "/api/v1/users/{name}/github", admin, unlink_user_github},
    {put, "/api/v1/users/{name}/repositories/{owner}/{repository}", admin, grant_role},
    {delete_, "/api/v1/users/{name}/repositories/{owner}/{repository}", admin, revoke_role},
    {get, "/api/v1/channels", admin, list_channels},
    {post, "/api/v1/channels/{channel}/test", admin, test_channel},
    {get, "/api/v1/messages", admin, list_messages},
    {post, "/api/v1/messages/{message}/redeliver", admin, redeliver_message},
    {get, "/api/v1/tokens", admin, list_tokens},
    {post, "/api/v1/tokens", admin, create_token},
    {delete_, "/api/v1/tokens/{name}", admin, revoke_token},
    {post, "/api/v1/setup-links", admin, create_setup_link},
    {get, "/api/v1/audit", admin, list_audit},
    {get, "/api/v1/audit/export", admin, export_audit},
    {get, "/api/v1/audit/verify", admin, verify_audit},
    {post, "/api/v1/backup", local, back_up},
    {post, "/api/v1/master-key/rotate", local, rotate_key},

    {get, "/runner/v1", runner, runner_socket},
    {post, "/runner/v1/source", runner, runner_source},
    {post, "/runner/v1/token", runner, renew_job_token},
    {get, "/runner/v1/images", runner, list_needed_images},
    {get, "/runner/v1/modules", runner, list_runner_modules},
    {get, "/runner/v1/lfs", runner, fetch_lfs_object},
    {post, "/runner/v1/reports", runner, take_report, results::kMostPartBytes},
    {get, "/runner/v1/artifacts", runner, list_runner_artifacts},
    {post, "/runner/v1/artifacts", runner, upload_artifact, kBlob, true},
    {get, "/runner/v1/artifacts/{artifact}", runner, fetch_artifact},
    {delete_, "/runner/v1/artifacts/{artifact}", runner, remove_merged_artifact},
    {get, "/runner/v1/caches", runner, find_cache},
    {post, "/runner/v1/caches", runner, upload_cache, kBlob, true},
    {get, "/runner/v1/caches/{cache}", runner, fetch_cache},
});

}  // namespace

std::string_view name_of(Access access) {
    switch (access) {
        case Access::open:
            return "open";
        case Access::hook:
            return "hook";
        case Access::runner:
            return "runner";
        case Access::metrics:
            return "metrics";
        case Access::person:
            return "person";
        case Access::viewer:
            return "viewer";
        case Access::developer:
            return "developer";
        case Access::approver:
            return "approver";
        case Access::admin:
            return "admin";
        case Access::local:
            return "local";
    }
    return "local";
}

std::string_view name_of(Scope scope) {
    return scope == Scope::repository ? "repository" : "server";
}

access::Role needed_role(Access access) {
    switch (access) {
        case Access::person:
            return access::Role::none;
        case Access::developer:
            return access::Role::developer;
        case Access::approver:
            return access::Role::approver;
        case Access::admin:
        case Access::local:
            return access::Role::admin;
        default:
            return access::Role::viewer;
    }
}

bool may_enter(const Route& route, const access::Principal& who) {
    const auto needed = needed_role(route.access);
    if (needed == access::Role::none) return true;
    if (route.scope == Scope::repository) return access::strongest_role(who) >= needed;
    return access::is_allowed(who, needed, {});
}

std::span<const Route> routes() {
    return kRoutes;
}

bool matches(
    std::string_view pattern,
    const std::vector<std::string>& segments,
    std::vector<std::string>& parameters
) {
    const auto wanted = split(pattern.substr(1), '/');
    if (wanted.size() != segments.size()) return false;
    parameters.clear();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i].starts_with('{')) {
            parameters.push_back(segments[i]);
        } else if (wanted[i] != segments[i]) {
            return false;
        }
    }
    return true;
}

}  // namespace triphammer::api
