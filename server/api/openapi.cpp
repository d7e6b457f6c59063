#include "api/openapi.hpp"

#include "api/routes.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <map>

namespace triphammer::api {

using nlohmann::json;

namespace {

/// One sentence for each route; a test finds the ones that are missing.
// NOLINTNEXTLINE(readability-function-size): a table
const std::map<std::string, std::string, std::less<>>& summaries() {
    static const std::map<std::string, std::string, std::less<>> kSummaries{
        {"GET /healthz", "Whether the process answers"},
        {"GET /readyz", "Whether a delivery could be kept now"},
        {"GET /metrics", "Prometheus text: jobs by state, latencies, memory, files"},
        {"POST /webhooks/github", "The server's own hook, signed with github.webhook_secret"},
        {"POST /webhooks/github/{hook}", "A repository's hook, signed with its own secret"},
        {"GET /api/v1/openapi.json", "This document"},
        {"GET /api/v1/schema/workflow.json", "The workflow language as a JSON Schema, for editors"},
        {"POST /api/v1/setup", "Spends a one-time link and opens a session"},
        {"POST /api/v1/session", "Opens a session with name and password"},
        {"PUT /api/v1/session/password", "Changes one's own password"},
        {"GET /api/v1/session", "Who is asking"},
        {"GET /api/v1/session/ways", "How one can sign in here"},
        {"POST /api/v1/session/github",
         "Begins a sign-in through GitHub: answers where the browser goes, and sets its cookie"},
        {"POST /api/v1/session/github/code",
         "Ends it: code and state that GitHub sent the browser back with, or its error"},
        {"POST /api/v1/session/github/link",
         "Begins to link one's own account with one at GitHub; ends as a sign-in does"},
        {"DELETE /api/v1/session/github", "Unlinks one's own account from GitHub"},
        {"DELETE /api/v1/users/{name}/github", "Unlinks an account from GitHub"},
        {"DELETE /api/v1/session", "Ends the session"},
        {"GET /api/v1/server", "Version and address of the server"},
        {"GET /api/v1/doctor",
         "What is wrong with the installation, with remedies; fresh=true looks again"},
        {"GET /api/v1/doctor/github",
         "The same of hooks, tokens, the App and protected branches at GitHub; "
         "repository=OWNER/NAME "
         "for one"},
        {"GET /api/v1/retention",
         "Rules, what each repository has here, and with preview=true what would go now"},
        {"POST /api/v1/retention", "Carries the rules out now; says what was removed"},
        {"GET /api/v1/live", "Numbered events over a WebSocket"},
        {"GET /api/v1/events", "The same events as a plain stream"},
        {"GET /api/v1/deliveries", "Every webhook that came, refused ones too"},
        {"GET /api/v1/deliveries/{guid}", "One delivery with its reasons"},
        {"POST /api/v1/deliveries/{guid}/replay",
         "Plans it again; with dry_run=true only says what would come of it"},
        {"GET /api/v1/runs", "Runs, newest first"},
        {"POST /api/v1/runs", "Starts a workflow that has workflow_dispatch, with inputs"},
        {"GET /api/v1/runs/{run}", "One run with jobs, attempts and steps"},
        {"POST /api/v1/runs/{run}/cancel", "Cancels what has not ended"},
        {"POST /api/v1/runs/{run}/rerun", "Runs all, the failed, or one job again"},
        {"GET /api/v1/runs/{run}/summaries", "What its steps wrote for people, as Markdown"},
        {"GET /api/v1/runs/{run}/jobs/{job}/log", "Lines of a step's log, or a search in it"},
        {"GET /api/v1/runs/{run}/jobs/{job}/log/raw", "A log as it was written, in byte ranges"},
        {"GET /api/v1/runs/{run}/tests", "What its reports say: tests, coverage, findings, texts"},
        {"GET /api/v1/runs/{run}/export", "All of it as one zip, to keep or to replay"},
        {"GET /api/v1/runs/{run}/artifacts", "What the run's jobs have uploaded, by name"},
        {"GET /api/v1/runs/{run}/artifacts/{artifact}/zip", "An artifact, in byte ranges"},
        {"DELETE /api/v1/runs/{run}/artifacts/{artifact}", "Removes an artifact before its time"},
        {"GET /api/v1/repositories", "Registered repositories"},
        {"POST /api/v1/repositories",
         "Registers one; answers its hook, and the secret where it was made here. With a token its "
         "hook is made at GitHub, too"},
        {"GET /api/v1/repositories/{owner}/{name}/hook",
         "Its hook at GitHub and the last ping; with github=true how GitHub says its last delivery "
         "went, and what to do"},
        {"PUT /api/v1/repositories/{owner}/{name}/hook",
         "Sets its hook at GitHub to what it shall be, or makes it again"},
        {"POST /api/v1/repositories/{owner}/{name}/hook/ping", "Has GitHub ping its hook"},
        {"POST /api/v1/repositories/{owner}/{name}/hook/secret",
         "Another secret for its hook, told to GitHub where the hook was made here; the old one "
         "signs, "
         "too, for keep_hours"},
        {"PUT /api/v1/repositories/{owner}/{name}/workflow-files",
         "Names the workflow files that count; none: all do"},
        {"PUT /api/v1/repositories/{owner}/{name}/workflow-access",
         "Who may call its workflows and check it out: none, owner or everyone"},
        {"PUT /api/v1/repositories/{owner}/{name}/fork-approval",
         "Which pull requests from forks wait for an approval: all, first-time or none"},
        {"GET /api/v1/approvals", "What waits for people, and what they said; newest first"},
        {"GET /api/v1/approvals/{approval}",
         "One question: what would go out, what is live now, and who has answered"},
        {"POST /api/v1/approvals/{approval}/approve",
         "Says yes to it; subject refuses where it has changed since it was read, break_glass says "
         "why a freeze shall not count"},
        {"POST /api/v1/approvals/{approval}/reject", "Says no: what waits for it ends"},
        {"GET /api/v1/environments/{owner}/{name}/{environment}",
         "The rules that the server keeps of it"},
        {"PUT /api/v1/environments/{owner}/{name}/{environment}",
         "Sets its rules: approvals, reviewers, allow_author, branches, wait_minutes, "
         "expires_minutes, freezes; what is left out is no rule"},
        {"PUT /api/v1/repositories/{owner}/{name}/retention",
         "Rules of its own: run_days, runs, log_days, log_bytes; 0: no limit, null: the server's"},
        {"DELETE /api/v1/repositories/{owner}/{name}",
         "Removes one, and its hook at GitHub where that was made here; its history stays"},
        {"GET /api/v1/repositories/{owner}/{name}/insights",
         "Durations, success, queue wait, flaky tests and DORA of the last `days`"},
        {"GET /api/v1/wall", "Each repository's last runs and how its default branch is"},
        {"GET /api/v1/queue", "Jobs that run, and what the others wait for"},
        {"GET /badges/{owner}/{name}",
         "A status badge, NAME.svg; branch and workflow choose, token opens a private one"},
        {"GET /api/v1/repositories/{owner}/{name}/starters",
         "First workflows for what its tree holds, or carried over from GitHub's and Jenkins', and "
         "what each would run"},
        {"GET /api/v1/github/app", "The server's GitHub App, and whether one can be made here"},
        {"DELETE /api/v1/github/app", "Forgets the App that was made here; GitHub keeps it"},
        {"PUT /api/v1/github/app/hook", "Sets address and secret of the App's hook at GitHub"},
        {"POST /api/v1/github/app/hook/secret",
         "Another secret for the hook of the App that was made here, told to GitHub; the old one "
         "signs, too, for keep_hours"},
        {"POST /api/v1/github/app/manifest",
         "What the browser posts to GitHub to have an App made, and where to"},
        {"POST /api/v1/github/app/conversions",
         "Takes key and secrets of the App that GitHub has made, for its code"},
        {"GET /api/v1/github/app/installations", "Where the App is installed"},
        {"GET /api/v1/github/app/installations/{installation}/repositories",
         "The repositories that it was given there, and which are registered"},
        {"PUT /api/v1/github/app/repositories/{owner}/{name}",
         "Registers one; its events come through the App's hook"},
        {"GET /api/v1/pipelines", "Workflows that the server holds"},
        {"GET /api/v1/pipelines/templates", "Ready-made workflows to begin with"},
        {"POST /api/v1/pipelines/lint", "The problems of a workflow's text"},
        {"POST /api/v1/pipelines/preview",
         "What a stored delivery would start with a workflow's text, and what of it is new"},
        {"GET /api/v1/pipelines/{name}", "The active version"},
        {"PUT /api/v1/pipelines/{name}",
         "Saves a version made from base_version and makes it active"},
        {"GET /api/v1/pipelines/{name}/versions", "All versions, newest first"},
        {"GET /api/v1/pipelines/{name}/versions/{version}", "One version with its text"},
        {"PUT /api/v1/pipelines/{name}/repositories", "The repositories it is bound to"},
        {"GET /api/v1/environments", "What serves where"},
        {"GET /api/v1/deployments", "The ledger, newest first"},
        {"GET /api/v1/deployments/{deployment}", "One deployment with its effects"},
        {"POST /api/v1/deployments/{deployment}/settle", "Says how an unknown one ended"},
        {"POST /api/v1/repositories/{owner}/{name}/deployments",
         "Deploys a digest of the ledger again, without a build: back to it (kind rollback), or on "
         "to another environment (kind promotion)"},
        {"GET /api/v1/secrets", "Names, scopes and times; never values"},
        {"PUT /api/v1/secrets/{name}",
         "Sets a secret of the server, a repository or an environment"},
        {"DELETE /api/v1/secrets/{name}", "Removes a secret"},
        {"GET /api/v1/variables", "The vars of workflows, with scopes and values"},
        {"PUT /api/v1/variables/{name}",
         "Sets a variable of the server, a repository or an environment"},
        {"DELETE /api/v1/variables/{name}", "Removes a variable"},
        {"GET /api/v1/channels", "Who is told of runs, with what waits and what was given up"},
        {"POST /api/v1/channels/{channel}/test", "Sends a sample at once"},
        {"GET /api/v1/messages", "What others were told, or could not be: state, error, tries"},
        {"POST /api/v1/messages/{message}/redeliver", "Sends a message again"},
        {"POST /api/v1/master-key/rotate",
         "Changes the master key and seals every value anew; on the admin socket only"},
        {"GET /api/v1/tokens", "API tokens; never their texts"},
        {"POST /api/v1/tokens", "Makes a token and shows it once"},
        {"DELETE /api/v1/tokens/{name}", "Revokes a token"},
        {"GET /api/v1/users", "People's accounts"},
        {"POST /api/v1/users", "Makes an account and the link by which its password is chosen"},
        {"PUT /api/v1/users/{name}", "Changes an account's role, disables or enables it"},
        {"POST /api/v1/users/{name}/invitation", "A fresh link; password and sessions end"},
        {"PUT /api/v1/users/{name}/repositories/{owner}/{repository}",
         "Gives a role on a repository, beside the server's: the stronger counts"},
        {"DELETE /api/v1/users/{name}/repositories/{owner}/{repository}", "Takes it"},
        {"POST /api/v1/setup-links", "A fresh one-time link for the first admin"},
        {"GET /api/v1/audit",
         "Who did what, newest first; by actor, action, object, outcome, repository, from and "
         "until"},
        {"GET /api/v1/audit/export", "The same rows with their hashes as JSON lines, oldest first"},
        {"GET /api/v1/audit/verify", "Whether the audit's chain is whole, and where it breaks"},
        {"POST /api/v1/backup", "Copies the database to a file of the server's machine"},
    };
    return kSummaries;
}

json parameters_of(std::string_view pattern) {
    auto out = json::array();
    for (const auto part : split(pattern, '/')) {
        if (!part.starts_with('{')) continue;
        out.push_back({
            {"name", part.substr(1, part.size() - 2)},
            {"in", "path"},
            {"required", true},
            {"schema", {{"type", "string"}}},
        });
    }
    return out;
}

json error_answer() {
    return {
        {"description", "What is wrong, and what to do"},
        {"content", {{"application/json", {{"schema", {{"$ref", "#/components/schemas/Error"}}}}}}},
    };
}

json operation_of(const Route& route, const std::string& summary) {
    json out{
        {"summary", summary},
        {"x-role", name_of(route.access)},
        {"x-scope", name_of(route.scope)},
        {"responses",
         {{"2XX", {{"description", "Done"}}}, {"4XX", error_answer()}, {"5XX", error_answer()}}},
    };
    auto parameters = parameters_of(route.pattern);
    if (!parameters.empty()) out["parameters"] = std::move(parameters);
    const bool open = route.access == Access::open || route.access == Access::hook;
    if (open) out["security"] = json::array();
    return out;
}

json schemas() {
    const json text{{"type", "string"}};
    return {
        {"Error",
         {{"type", "object"},
          {"required", {"error"}},
          {"properties",
           {{"error",
             {{"type", "object"},
              {"required", {"code", "message"}},
              {"properties", {{"code", text}, {"message", text}}}}}}}}},
    };
}

}  // namespace

std::string openapi_text(const std::string& version) {
    auto paths = json::object();
    for (const auto& route : routes()) {
        if (route.access == Access::runner) continue;  // the runner protocol is no API
        const auto key =
            std::string{http::name_of(route.method)} + " " + std::string{route.pattern};
        const auto summary = summaries().find(key);
        const auto text = summary == summaries().end() ? std::string{} : summary->second;
        paths[std::string{route.pattern}][to_lower(http::name_of(route.method))] =
            operation_of(route, text);
    }
    const json token{{"type", "http"}, {"scheme", "bearer"}};
    const json cookie{{"type", "apiKey"}, {"in", "cookie"}, {"name", "triphammer_session"}};
    const json document{
        {"openapi", "3.1.0"},
        {"info", {{"title", "Triphammer"}, {"version", version}}},
        {"security", json::array({{{"token", json::array()}}, {{"session", json::array()}}})},
        {"components",
         {{"securitySchemes", {{"token", token}, {"session", cookie}}}, {"schemas", schemas()}}},
        {"paths", paths},
    };
    return document.dump();
}

}  // namespace triphammer::api
