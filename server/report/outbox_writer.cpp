#include "report/outbox_writer.hpp"

#include "access/repository_keys.hpp"
#include "report/deployment_note.hpp"
#include "report/notice_writer.hpp"
#include "report/pull_comment.hpp"
#include "report/skipped_status.hpp"
#include "report/status_message.hpp"
#include "report/status_text.hpp"
#include "store/outbox_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"
#include "store/sqlite/change_store.hpp"

#include <chrono>
#include <set>

namespace triphammer::report {

namespace {

constexpr const char* kReader = "report";
constexpr int kChanges = 500;
constexpr auto kNews = std::chrono::hours{24};  // older changes are no news: reporting was off

void append(
    store::Transaction& tx,
    model::RepositoryId repository,
    const StatusNote& note,
    const WriterSettings& settings
) {
    if (note.status.sha.empty() || !may_report(tx, repository, settings)) return;
    store::append_message(tx, make_message(repository, note));
}

/// What a group of changes is about. The row as it is now says the rest.
struct Touched {
    std::set<std::int64_t> jobs;
    std::set<std::int64_t> runs;
    std::set<std::int64_t> reported;    // runs that a job has told something of
    std::set<std::int64_t> deliveries;  // that were planned
};

Touched collect(const std::vector<store::ChangeRow>& changes, TimePoint now) {
    Touched touched;
    for (const auto& change : changes) {
        if (now - change.at > kNews) continue;
        if (change.subject == "job") touched.jobs.insert(change.id);
        if (change.subject == "run") touched.runs.insert(change.id);
        if (change.subject == "report") touched.reported.insert(change.run.value);
        const bool is_planned = change.to_state == "started" || change.to_state == "ignored";
        if (change.subject == "delivery" && is_planned) touched.deliveries.insert(change.id);
    }
    return touched;
}

void comment(store::Transaction& tx, const Touched& touched, const WriterSettings& settings) {
    auto runs = touched.runs;
    runs.insert(touched.reported.begin(), touched.reported.end());
    for (const auto id : runs) {
        const auto run = store::find_run(tx, {id});
        if (run && may_report(tx, run->repository, settings)) note_pull_run(tx, *run);
    }
}

void tell_deployments(
    store::Transaction& tx, const Touched& touched, const WriterSettings& settings
) {
    for (const auto id : touched.jobs) {
        const auto job = store::find_job(tx, {id});
        if (!job || job->environment.empty()) continue;
        const auto run = store::find_run(tx, job->run);
        if (run && may_report(tx, run->repository, settings)) note_deployment(tx, *run, *job);
    }
}

/// A row that is gone meanwhile has nothing to report.
void report_all(store::Transaction& tx, const Touched& touched, const WriterSettings& settings) {
    for (const auto run : touched.runs) report_run(tx, {run}, settings);
    for (const auto job : touched.jobs) report_job(tx, {job}, settings);
    for (const auto delivery : touched.deliveries) report_skipped(tx, {delivery}, settings);
}

}  // namespace

bool may_report(
    store::Connection& db, model::RepositoryId repository, const WriterSettings& settings
) {
    if (settings.has_forge) return true;
    const auto row = store::find_repository(db, repository);
    return row && access::has_own_token(*row);
}

Result<bool> write_outbox(store::Transaction& tx, const WriterSettings& settings) {
    const auto cursor = store::cursor_of(tx, kReader);
    const auto changes = store::list_changes(tx, cursor, kChanges);
    if (changes.empty()) return false;
    const auto touched = collect(changes, tx.now());
    report_all(tx, touched, settings);
    if (settings.deployments) tell_deployments(tx, touched, settings);
    if (settings.comments) comment(tx, touched, settings);
    for (const auto& change : changes) {
        if (tx.now() - change.at <= kNews) notify_of(tx, change, settings.channels);
    }
    store::move_cursor(tx, kReader, changes.back().seq);
    return changes.size() == kChanges;
}

Result<> report_job(store::Transaction& tx, model::JobId id, const WriterSettings& settings) {
    const auto job = store::find_job(tx, id);
    if (!job) return not_found("there is no job " + to_text(id));
    const auto run = store::find_run(tx, job->run);
    if (!run) return not_found("there is no run " + to_text(job->run));
    const auto status = make_status(*run, *job, settings.public_url);
    append(tx, run->repository, {status, run->id, id}, settings);
    return {};
}

Result<> report_run(store::Transaction& tx, model::RunId id, const WriterSettings& settings) {
    const auto run = store::find_run(tx, id);
    if (!run) return not_found("there is no run " + to_text(id));
    const bool unreadable = run->cause == model::Cause::invalid && store::list_jobs(tx, id).empty();
    if (!unreadable) return {};
    append(tx, run->repository, {make_status(*run, settings.public_url), id, {}}, settings);
    return {};
}

}  // namespace triphammer::report
