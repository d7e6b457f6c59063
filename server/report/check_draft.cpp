#include "report/check_draft.hpp"

#include "history/reports.hpp"
#include "report/outbox_writer.hpp"
#include "report/status_message.hpp"
#include "store/forge/reported_store.hpp"
#include "store/runs/attempt_store.hpp"

#include <nlohmann/json.hpp>

#include <optional>

namespace triphammer::report {

namespace {

constexpr int kMostFailedTests = 100;  // a page of history::get_tests

ToldJob load_told_job(store::Connection& db, store::RunRow run, store::JobRow job) {
    ToldJob told{std::move(run), std::move(job), {}, {}};
    if (!model::is_final(told.job.state) || told.job.attempts == 0) return told;
    const auto attempts = store::list_attempts(db, told.job.id);
    if (!attempts.empty()) told.steps = store::list_steps(db, attempts.back().fence);
    const history::TestFilter failed{.outcome = "failed"};
    auto tests = history::get_tests(db, told.run.id, failed, {.limit = kMostFailedTests});
    if (tests) told.tests = std::move(*tests);
    return told;
}

/// Of a workflow that was left out, or a job that is not kept any more: what the message says.
CheckOutput make_plain_check(const StatusNote& note) {
    CheckOutput out;
    out.name = note.status.context;
    out.sha = note.status.sha;
    out.details_url = note.status.target_url;
    out.title = out.summary = note.status.description;
    const bool is_open = note.status.state == "pending";
    out.status = is_open ? "queued" : "completed";
    if (is_open) return out;
    const bool is_success = note.status.state == "success";
    out.conclusion = is_success ? note.run ? "success" : "skipped" : "failure";
    return out;
}

CheckOutput make_output(
    store::Connection& db, const StatusNote& note, const CheckSettings& settings, CheckDraft& draft
) {
    auto run = note.run ? store::find_run(db, note.run) : std::nullopt;
    auto job = note.job ? store::find_job(db, note.job) : std::nullopt;
    if (run && job) {
        draft.row.run_attempt = job->run_attempt;
        return make_check(load_told_job(db, std::move(*run), std::move(*job)), settings.public_url);
    }
    if (run && !note.job) return make_check(*run, settings.public_url);
    return make_plain_check(note);
}

/// What was said of another job, or of the job's attempt before, and is over, stays as it is.
bool stays(const store::CheckRunRow& before, const store::CheckRunRow& now) {
    const bool is_same =
        before.run == now.run && before.job == now.job && before.run_attempt == now.run_attempt;
    const bool is_over = before.is_completed || before.annotated != 0;
    return before.app != now.app || (is_over && !is_same);
}

}  // namespace

std::string make_external_id(const std::string& server_id, std::int64_t row) {
    return "triphammer:" + server_id + ':' + std::to_string(row);
}

Result<CheckDraft> draft_check(
    store::Connection& db,
    const store::MessageRow& message,
    const CheckSettings& settings,
    const std::string& app
) {
    const auto note = parse_status_note(message.payload);
    if (note.status.sha.empty()) return invalid("the message is no status");
    CheckDraft draft;
    draft.row.run = note.run;
    draft.row.job = note.job;
    draft.output = make_output(db, note, settings, draft);
    draft.row.repository = message.repository;
    draft.row.sha = note.status.sha;
    draft.row.name = draft.output.name = note.status.context;
    draft.row.app = app;
    const auto before =
        store::find_newest_check_run(db, message.repository, draft.row.sha, draft.row.name);
    if (!before) {
        draft.is_status = store::was_message_sent(db, message.channel, message.subject);
        return draft;
    }
    if (stays(*before, draft.row)) return draft;
    auto row = *before;
    row.run = draft.row.run;
    row.job = draft.row.job;
    row.run_attempt = draft.row.run_attempt;
    draft.row = std::move(row);
    return draft;
}

}  // namespace triphammer::report
