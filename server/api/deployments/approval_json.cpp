#include "api/deployments/approval_json.hpp"

#include "api/call/reply.hpp"
#include "history/json.hpp"
#include "queue/approvals.hpp"
#include "store/deployments/deployment_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using history::or_null;
using history::parse_column;
using history::to_time;
using model::ApprovalKind;
using model::to_text;
using nlohmann::json;

namespace {

json value_at(const json& tree, const char* path) {
    const json::json_pointer pointer{path};
    return tree.is_object() && tree.contains(pointer) ? tree.at(pointer) : json(nullptr);
}

json votes_of(store::Connection& db, model::ApprovalId id) {
    auto out = json::array();
    for (const auto& vote : store::list_votes(db, id)) {
        out.push_back(
            {{"actor", vote.actor},
             {"approves", vote.approves},
             {"comment", or_null(vote.comment)},
             {"at", to_time(vote.at)}}
        );
    }
    return out;
}

/// Names are for people only: what counts are the numbers in the row.
json pull_request_of(const store::ApprovalRow& approval, const store::RunRow& run) {
    if (approval.kind != ApprovalKind::fork) return nullptr;
    const auto contexts = parse_column(run.contexts_json);
    const auto at = [&](const char* path) { return value_at(contexts, path); };
    return {
        {"number", at("/github/event/pull_request/number")},
        {"title", at("/github/event/pull_request/title")},
        {"author", at("/github/event/pull_request/user/login")},
        {"author_id", approval.head.author},
        {"head_repository", at("/github/event/pull_request/head/repo/full_name")},
        {"head_repository_id", approval.head.repository},
    };
}

json job_of(store::Connection& db, const store::ApprovalRow& approval) {
    const auto job = store::find_job(db, approval.job);
    if (!job) return nullptr;
    return {
        {"id", to_text(job->id)},
        {"key", job->key},
        {"name", job->name},
        {"kind", name_of(job->kind)},
        {"state", name_of(job->state)},
        {"reason", or_null(job->reason)},
    };
}

/// One step in a line: its name, its action, or the first line of its script.
json step_text(const json& step) {
    for (const auto* field : {"name", "uses", "run"}) {
        const auto found = step.find(field);
        if (found == step.end()) continue;
        // A text with expressions is stored as [text, line, column].
        const auto& text = found->is_array() && !found->empty() ? found->front() : *found;
        if (!text.is_string()) continue;
        const auto plain = text.get<std::string>();
        if (!plain.empty()) return plain.substr(0, plain.find('\n'));
    }
    return nullptr;
}

json jobs_of(store::Connection& db, model::RunId run) {
    auto out = json::array();
    for (const auto& job : store::list_jobs(db, run)) {
        const auto definition = parse_column(job.definition_json);
        json one{{"key", job.key}, {"name", job.name}, {"kind", name_of(job.kind)}};
        auto& steps = one["steps"] = json::array();
        const auto given =
            definition.is_object() ? definition.value("steps", json::array()) : json::array();
        for (const auto& step : given) {
            if (auto text = step_text(step); !text.is_null()) steps.push_back(std::move(text));
        }
        out.push_back(std::move(one));
    }
    return out;
}

/// The newest deployment of each target that succeeded there.
json live_in(store::Connection& db, const store::ApprovalRow& approval) {
    auto out = json::array();
    std::vector<std::string> seen;
    store::DeploymentQuery query;
    query.repository = approval.repository;
    query.environment = approval.environment;
    query.state = "succeeded";
    for (const auto& row : store::list_deployments(db, query, {.limit = 100}).rows) {
        if (std::find(seen.begin(), seen.end(), row.target) != seen.end()) continue;
        seen.push_back(row.target);
        out.push_back({
            {"deployment", to_text(row.id)},
            {"target", row.target},
            {"sha", row.sha},
            {"digest", or_null(row.digest)},
            {"run", to_text(row.run)},
            {"since", to_time(row.finished_at)},
        });
    }
    return out;
}

std::string compare_url(
    const std::string& github_url,
    const std::string& name,
    const std::string& from,
    const std::string& to
) {
    return github_url + "/" + name + "/compare/" + from + "..." + to;
}

}  // namespace

Result<json> describe_approval(
    store::Connection& db, const store::ApprovalRow& approval, const std::string& actor
) {
    const auto run = store::find_run(db, approval.run);
    if (!run) return not_found("there is no run " + to_text(approval.run));
    const auto standing = queue::standing_of(db, approval);
    if (!standing) return standing.error();
    const auto why_not = queue::why_not(db, approval, actor);
    json out{
        {"id", to_text(approval.id)},
        {"kind", name_of(approval.kind)},
        {"state", name_of(approval.state)},
        {"reason", or_null(approval.reason)},
        {"repository", store::name_of_repository(db, approval.repository)},
        {"environment", or_null(approval.environment)},
        {"run", history::brief_of(*run)},
        {"job", job_of(db, approval)},
        {"pull_request", pull_request_of(approval, *run)},
        {"sha", approval.sha},
        {"digests", parse_column(approval.digests_json)},
        {"definition", or_null(approval.definition)},
        {"asked", or_null(parse_column(approval.asked_json).value("subject", ""))},
        {"subject", approval.subject},
        {"needed", standing->needed},
        {"given", standing->given},
        {"reviewers", standing->reviewers},
        {"votes", votes_of(db, approval.id)},
        {"may_answer", why_not.empty()},
        {"why_not", or_null(why_not)},
        {"break_glass", or_null(approval.break_glass)},
        {"break_glass_by", or_null(approval.break_glass_by)},
        {"created_at", to_time(approval.created_at)},
        {"expires_at", to_time(approval.expires_at)},
        {"decided_at", to_time(approval.decided_at)},
    };
    return value_of(std::move(out));
}

Result<json> describe_approval_fully(
    store::Connection& db,
    const store::ApprovalRow& approval,
    const std::string& actor,
    const std::string& github_url
) {
    auto out = describe_approval(db, approval, actor);
    if (!out) return out;
    const bool is_fork = approval.kind == ApprovalKind::fork;
    (*out)["jobs"] = is_fork ? jobs_of(db, approval.run) : json::array();
    auto& live = (*out)["live"] = is_fork ? json::array() : live_in(db, approval);
    const auto name = store::name_of_repository(db, approval.repository);
    for (auto& one : live) {
        const auto from = one.value("sha", "");
        one["compare_url"] = compare_url(github_url, name, from, approval.sha);
    }
    (*out)["commit_url"] = github_url + "/" + name + "/commit/" + approval.sha;
    return out;
}

}  // namespace triphammer::api
