#pragma once
// The handlers, by noun; the table in routes.cpp names each with its route and role. All run on the
// logic thread, answer in the contract's shapes, and turn failures into {"error": {…}}.

#include "api/routes.hpp"

namespace triphammer::api {

using Answer = Task<http::Response>;

// server_handlers.cpp
Answer healthz(Services& services, Call call);
Answer readyz(Services& services, Call call);
Answer show_metrics(Services& services, Call call);
Answer openapi(Services& services, Call call);
Answer show_workflow_schema(Services& services, Call call);
Answer show_server(Services& services, Call call);
Answer show_doctor(Services& services, Call call);
Answer show_forge_doctor(Services& services, Call call);
Answer back_up(Services& services, Call call);
Answer rotate_key(Services& services, Call call);

// retention_handlers.cpp: what is kept for how long
Answer show_retention(Services& services, Call call);
Answer apply_retention(Services& services, Call call);
Answer set_retention(Services& services, Call call);

// session_handlers.cpp
Answer use_setup_link(Services& services, Call call);
Answer show_session(Services& services, Call call);
Answer end_session(Services& services, Call call);
Answer create_setup_link(Services& services, Call call);
Answer list_tokens(Services& services, Call call);
Answer create_token(Services& services, Call call);
Answer revoke_token(Services& services, Call call);

// user_handlers.cpp: people's accounts
Answer list_users(Services& services, Call call);
Answer create_user(Services& services, Call call);
Answer change_user(Services& services, Call call);
Answer invite_user(Services& services, Call call);
Answer grant_role(Services& services, Call call);
Answer revoke_role(Services& services, Call call);
Answer sign_in(Services& services, Call call);
Answer change_password(Services& services, Call call);

// github_sign_in.cpp
Answer show_session_ways(Services& services, Call call);
Answer begin_github_sign_in(Services& services, Call call);
Answer begin_github_link(Services& services, Call call);
Answer finish_github_sign_in(Services& services, Call call);
Answer unlink_github(Services& services, Call call);
Answer unlink_user_github(Services& services, Call call);

// audit_handlers.cpp
Answer list_audit(Services& services, Call call);
Answer export_audit(Services& services, Call call);
Answer verify_audit(Services& services, Call call);

// live_handlers.cpp
Answer live_socket(Services& services, Call call);
Answer live_events(Services& services, Call call);

// channel_handlers.cpp: who is told, and what could not be
Answer list_channels(Services& services, Call call);
Answer test_channel(Services& services, Call call);
Answer list_messages(Services& services, Call call);
Answer redeliver_message(Services& services, Call call);

// starter_handlers.cpp: first workflows for a repository
Answer list_starters(Services& services, Call call);

// delivery_handlers.cpp
Answer list_deliveries(Services& services, Call call);
Answer show_delivery(Services& services, Call call);
Answer replay_delivery(Services& services, Call call);

// run_handlers.cpp
Answer list_runs(Services& services, Call call);
Answer show_run(Services& services, Call call);
Answer cancel_run(Services& services, Call call);
Answer rerun_run(Services& services, Call call);

// test_handlers.cpp: what reports came to
Answer show_tests(Services& services, Call call);
Answer take_report(Services& services, Call call);

// export_handlers.cpp
Answer export_run(Services& services, Call call);

// artifact_handlers.cpp
Answer list_artifacts(Services& services, Call call);
Answer download_artifact(Services& services, Call call);
Answer remove_artifact(Services& services, Call call);

// log_handlers.cpp
Answer show_summaries(Services& services, Call call);
Answer show_log(Services& services, Call call);
Answer show_raw_log(Services& services, Call call);

// whole_log.cpp
Answer show_whole_log(Services& services, Call call);

// preview.cpp
Answer preview_delivery(Services& services, Call call);
Answer preview_pipeline(Services& services, Call call);

// pages.cpp: the dashboard's files
http::Response serve_page(const http::RequestHead& head, const std::string& github_url);

// repository_handlers.cpp
Answer list_repositories(Services& services, Call call);
Answer create_repository(Services& services, Call call);
Answer set_workflow_files(Services& services, Call call);
Answer set_workflow_access(Services& services, Call call);
Answer remove_repository(Services& services, Call call);
Answer list_secrets(Services& services, Call call);
Answer set_secret(Services& services, Call call);
Answer remove_secret(Services& services, Call call);

// connecting.cpp: a repository's hook at GitHub
Answer show_hook(Services& services, Call call);
Answer ping_hook(Services& services, Call call);

// forge_app.cpp: a GitHub App made from here
Answer show_forge_app(Services& services, Call call);
Answer begin_forge_app(Services& services, Call call);
Answer finish_forge_app(Services& services, Call call);
Answer remove_forge_app(Services& services, Call call);

// given_repositories.cpp: what the App was given
Answer list_installations(Services& services, Call call);
Answer list_given_repositories(Services& services, Call call);
Answer register_given_repository(Services& services, Call call);

// hook_mending.cpp
Answer mend_hook(Services& services, Call call);
Answer mend_app_hook(Services& services, Call call);

// hook_secret.cpp
Answer rotate_hook_secret(Services& services, Call call);
// variable_handlers.cpp
Answer list_variables(Services& services, Call call);
Answer set_variable(Services& services, Call call);
Answer remove_variable(Services& services, Call call);

// pipeline_handlers.cpp
Answer list_pipelines(Services& services, Call call);
Answer list_templates(Services& services, Call call);
Answer lint_pipeline(Services& services, Call call);
Answer show_pipeline(Services& services, Call call);
Answer save_pipeline(Services& services, Call call);
Answer list_pipeline_versions(Services& services, Call call);
Answer show_pipeline_version(Services& services, Call call);
Answer bind_pipeline(Services& services, Call call);

// deployment_handlers.cpp
Answer list_environments(Services& services, Call call);
Answer list_deployments(Services& services, Call call);
Answer show_deployment(Services& services, Call call);
Answer settle_deployment(Services& services, Call call);

// approval_handlers.cpp: what waits for people, and under which rules
Answer list_approvals(Services& services, Call call);
Answer show_approval(Services& services, Call call);
Answer approve(Services& services, Call call);
Answer reject(Services& services, Call call);
Answer show_environment(Services& services, Call call);
Answer set_environment(Services& services, Call call);
Answer set_fork_approval(Services& services, Call call);

// runner_handlers.cpp
Answer runner_socket(Services& services, Call call);
Answer runner_source(Services& services, Call call);

// runner_modules.cpp
Answer list_runner_modules(Services& services, Call call);

// runner_lfs.cpp
Answer fetch_lfs_object(Services& services, Call call);

// runner_artifacts.cpp: what jobs store and fetch
Answer renew_job_token(Services& services, Call call);
Answer list_runner_artifacts(Services& services, Call call);
Answer upload_artifact(Services& services, Call call);
Answer fetch_artifact(Services& services, Call call);
Answer remove_merged_artifact(Services& services, Call call);
Answer find_cache(Services& services, Call call);
Answer upload_cache(Services& services, Call call);
Answer fetch_cache(Services& services, Call call);

}  // namespace triphammer::api
