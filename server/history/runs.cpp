#include "history/board.hpp"
#include "history/json.hpp"
#include "store/deployments/approval_store.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/repository_store.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/step_store.hpp"
#include "store/runs/summary_store.hpp"

#include <algorithm>

namespace triphammer::history {

namespace {

json describe_run(const store::RunRow& run) {
    auto out = brief_of(run);
    out.update({
        {"sha", run.sha},
        {"cause", or_null(name_of(run.cause))},
        {"definition_sha", run.definition_sha256},
        {"attempt", run.attempt},
        {"from_fork", run.from_fork},
        {"created_at", to_time(run.created_at)},
        {"started_at", to_time(run.started_at)},
        {"finished_at", to_time(run.finished_at)},
    });
    return out;
}

json describe_listed(store::Connection& db, const store::ListedRun& listed) {
    auto out = describe_run(listed.run);
    out["repository"] = listed.repository;
    out["delivery"] = or_null(listed.delivery);
    auto& jobs = out["jobs"] = json::array();
    for (const auto& job : store::list_job_summaries(db, listed.run.id)) {
        jobs.push_back({
            {"id", to_text(job.id)},
            {"name", job.name},
            {"stage", job.stage},
            {"state", name_of(job.state)},
        });
    }
    return out;
}

json describe_step(const store::StepRow& step) {
    return {
        {"number", step.number},
        {"id", or_null(step.id)},
        {"name", step.name},
        {"state", name_of(step.state)},
        {"cause", or_null(name_of(step.cause))},
        {"exit_status", step.exit_status ? json(*step.exit_status) : json(nullptr)},
        {"reason", or_null(step.reason)},
        {"annotations", parse_column(step.annotations_json)},
        {"started_at", to_time(step.started_at)},
        {"finished_at", to_time(step.finished_at)},
        {"log_lines", step.log_lines},
        {"log_bytes", step.log_bytes},
    };
}

json describe_steps(store::Connection& db, model::Fence fence) {
    auto steps = json::array();
    for (const auto& step : store::list_steps(db, fence)) steps.push_back(describe_step(step));
    return steps;
}

json describe_attempt(const store::AttemptRow& attempt) {
    return {
        {"number", attempt.number},
        {"fence", to_text(attempt.fence)},
        {"state", name_of(attempt.state)},
        {"result", or_null(attempt.result)},
        {"cause", or_null(name_of(attempt.cause))},
        {"executor", or_null(attempt.executor)},
        {"claimed_at", to_time(attempt.claimed_at)},
        {"attached_at", to_time(attempt.attached_at)},
        {"ended_at", to_time(attempt.ended_at)},
    };
}

json describe_job(const store::JobRow& job) {
    return {
        {"id", to_text(job.id)},
        {"run", to_text(job.run)},
        {"key", job.key},
        {"name", job.name},
        {"kind", name_of(job.kind)},
        {"stage", job.stage},
        {"state", name_of(job.state)},
        {"cause", or_null(name_of(job.cause))},
        {"reason", or_null(job.reason)},
        {"attempt", job.attempts},
        {"run_attempt", job.run_attempt},
        {"needs", parse_column(job.needs_json)},
        {"outputs", parse_column(job.outputs_json)},
        {"label", or_null(job.label)},
        {"environment", or_null(job.environment)},
        {"cancel_requested_at", to_time(job.cancel_requested_at)},
        {"created_at", to_time(job.created_at)},
        {"queued_at", to_time(job.queued_at)},
        {"started_at", to_time(job.started_at)},
        {"finished_at", to_time(job.finished_at)},
    };
}

/// `every_step`: those of older attempts too.
json describe_with_attempts(store::Connection& db, const store::JobRow& job, bool every_step) {
    auto out = describe_job(job);
    const auto attempts = store::list_attempts(db, job.id);
    out["fence"] = attempts.empty() ? json(nullptr) : to_id(attempts.back().fence);
    out["steps"] = attempts.empty() ? json::array() : describe_steps(db, attempts.back().fence);
    auto& list = out["attempts"] = json::array();
    for (const auto& attempt : attempts) {
        list.push_back(describe_attempt(attempt));
        if (every_step) list.back()["steps"] = describe_steps(db, attempt.fence);
    }
    return out;
}

constexpr int kBadgeWindow = 100;

/// At GitHub as many are shown.
constexpr std::size_t kMostSummaries = 20;

json describe_summaries(store::Connection& db, const store::JobRow& job) {
    json out{{"job", to_id(job.id)}, {"name", job.name}, {"steps", json::array()}};
    const auto attempts = store::list_attempts(db, job.id);
    if (attempts.empty()) return out;
    for (const auto& one : store::list_summaries(db, attempts.back().fence, kMostSummaries)) {
        out["steps"].push_back(
            {{"number", one.step}, {"name", one.step_name}, {"markdown", one.markdown}}
        );
    }
    return out;
}

Result<std::string> check_state(const std::string& name) {
    if (name.empty() || model::parse_state<model::RunState>(name)) return name;
    return invalid("there is no run state '" + name + "'");
}

std::string to_ref(const std::string& branch) {
    if (branch.empty() || branch.rfind("refs/", 0) == 0) return branch;
    return "refs/heads/" + branch;
}

/// Each run as if this job were all of it; those without it are left out.
std::vector<store::RunPoint> points_of_job(
    store::Connection& db, const std::vector<store::RunPoint>& points, const std::string& job
) {
    std::vector<store::RunPoint> out;
    for (const auto& point : points) {
        const auto state = judge_jobs(store::list_states_of(db, point.id, job));
        if (!state) continue;
        out.push_back(point);
        out.back().state = *state;
    }
    return out;
}

}  // namespace

Result<std::string> list_runs(store::Connection& db, const RunFilter& filter, const Page& page) {
    auto read = read_page(page);
    if (!read) return read.error();
    if (auto known = check_state(filter.state); !known) return known.error();
    store::RunQuery query;
    query.repository = filter.repository;
    query.among = filter.among;
    query.ref = to_ref(filter.branch);
    query.state = filter.state;
    query.event = filter.event;
    query.actor = filter.actor;
    query.workflow = filter.workflow;
    query.text = filter.text;
    const auto listed = store::list_runs(db, query, *read);
    json out{{"items", json::array()}, {"next", next_cursor(listed.next)}};
    for (const auto& row : listed.rows) out["items"].push_back(describe_listed(db, row));
    return to_text(out);
}

Result<std::string> get_run(store::Connection& db, model::RunId id, const std::string& pause) {
    const auto run = store::find_run(db, id);
    if (!run) return not_found("there is no run " + to_text(id));
    auto out = describe_run(*run);
    const auto delivery = store::find_delivery(db, run->delivery);
    out["repository"] = store::name_of_repository(db, run->repository);
    out["repository_id"] = to_text(run->repository);
    out["delivery"] = delivery ? json(delivery->guid) : json(nullptr);
    out["reason"] = or_null(run->cancel_reason);
    out["cancel_requested_at"] = to_time(run->cancel_requested_at);
    out["problems"] = parse_column(run->problems_json);
    for (auto& problem : out["problems"]) problem["file"] = run->workflow_path;
    auto& jobs = out["jobs"] = json::array();
    for (const auto& job : store::list_jobs(db, id)) {
        jobs.push_back(describe_with_attempts(db, job, false));
        const bool is_paused = job.state == model::JobState::queued && !pause.empty();
        if (is_paused) jobs.back()["reason"] = pause;
    }
    return to_text(out);
}

Result<std::string> get_job(store::Connection& db, model::JobId id) {
    const auto job = store::find_job(db, id);
    if (!job) return not_found("there is no job " + to_text(id));
    return to_text(describe_with_attempts(db, *job, true));
}

Result<std::string> get_summaries(store::Connection& db, model::RunId id) {
    if (!store::find_run(db, id)) return not_found("there is no run " + to_text(id));
    auto jobs = store::list_jobs(db, id);
    std::stable_sort(jobs.begin(), jobs.end(), [](const auto& left, const auto& right) {
        return left.finished_at.value_or(TimePoint::max()) <
               right.finished_at.value_or(TimePoint::max());
    });
    json out{{"items", json::array()}};
    for (const auto& job : jobs) {
        auto one = describe_summaries(db, job);
        if (!one["steps"].empty()) out["items"].push_back(std::move(one));
    }
    return to_text(out);
}

Result<model::Fence> find_shown_attempt(
    store::Connection& db, model::JobId job, std::int64_t number
) {
    const auto attempts = store::list_attempts(db, job);
    // From the newest: an attempt that never attached gave its number on.
    for (auto attempt = attempts.rbegin(); attempt != attempts.rend(); ++attempt) {
        if (number == 0 || attempt->number == number) return attempt->fence;
    }
    return not_found("job " + to_text(job) + " has no attempt " + std::to_string(number));
}

Result<std::optional<std::string>> badge_state(
    store::Connection& db, const BadgeQuestion& question
) {
    const auto repository = store::find_repository_by_name(db, question.repository);
    if (!repository) return not_found("there is no repository " + question.repository);
    const auto ref = to_ref(question.branch.empty() ? repository->default_branch : question.branch);
    auto points = store::list_run_points(db, repository->id, ref, kBadgeWindow);
    std::erase_if(points, [&](const store::RunPoint& point) {
        return !question.workflow.empty() && point.workflow != question.workflow;
    });
    if (!question.job.empty()) points = points_of_job(db, points, question.job);
    if (points.empty()) return std::optional<std::string>{};
    const auto health = judge(points);
    return std::optional{
        health.state.empty() ? std::string{name_of(points[0].state)} : health.state};
}

Result<std::string> list_repositories(store::Connection& db, const store::Among& among) {
    auto items = json::array();
    for (const auto& repository : store::list_repositories(db)) {
        if (!store::is_among(among, repository.id)) continue;
        const auto run = store::find_newest_run(db, repository.id, "", "");
        items.push_back({
            {"id", to_text(repository.id)},
            {"full_name", repository.full_name},
            {"default_branch", or_null(repository.default_branch)},
            {"clone_url", repository.clone_url},
            {"workflows_dir", repository.workflows_dir},
            {"workflow_files", repository.workflow_files},
            {"workflow_access", repository.workflow_access},
            {"fork_approval", store::fork_approval_of(db, repository.id)},
            {"hook", "/webhooks/github/" + repository.hook},
            {"deploy_key", or_null(repository.deploy_key_public)},
            {"last_delivery_at", to_time(store::last_delivery_at(db, repository.id))},
            {"last_run", nullptr},
        });
        if (!run) continue;
        items.back()["last_run"] = {
            {"id", to_text(run->id)}, {"number", run->number}, {"state", name_of(run->state)}};
    }
    return to_text({{"items", std::move(items)}, {"next", nullptr}});
}

}  // namespace triphammer::history
