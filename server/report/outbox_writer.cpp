#include "report/outbox_writer.hpp"

#include "report/status_text.hpp"
#include "store/change_store.hpp"
#include "store/job_store.hpp"
#include "store/outbox_store.hpp"
#include "store/run_store.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <set>

namespace triphammer::report {

namespace {

constexpr const char* kReader = "report";
constexpr int kChanges = 500;
constexpr auto kNews = std::chrono::hours{24};  // older changes are no news: reporting was off

std::string to_json_text(const github::CommitStatus& status) {
    const nlohmann::json json{
        {"sha", status.sha},
        {"context", status.context},
        {"state", status.state},
        {"description", status.description},
        {"target_url", status.target_url}};
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void append(
    store::Transaction& tx, model::RepositoryId repository, const github::CommitStatus& status
) {
    if (status.sha.empty()) return;
    store::NewMessage message;
    message.channel = kStatusChannel;
    message.repository = repository;
    // The repository is part of it: forks and mirrors share commits.
    message.subject = to_text(repository) + ' ' + status.sha + ' ' + status.context;
    message.payload = to_json_text(status);
    store::append_message(tx, message);
}

/// What a group of changes is about. The row as it is now says the rest.
struct Touched {
    std::set<std::int64_t> jobs;
    std::set<std::int64_t> runs;
};

Touched collect(const std::vector<store::ChangeRow>& changes, TimePoint now) {
    Touched touched;
    for (const auto& change : changes) {
        if (now - change.at > kNews) continue;
        if (change.subject == "job") touched.jobs.insert(change.id);
        if (change.subject == "run") touched.runs.insert(change.id);
    }
    return touched;
}

}  // namespace

Result<bool> write_outbox(store::Transaction& tx, const WriterSettings& settings) {
    const auto cursor = store::cursor_of(tx, kReader);
    const auto changes = store::list_changes(tx, cursor, kChanges);
    if (changes.empty()) return false;
    const auto touched = collect(changes, tx.now());
    // A row that is gone meanwhile has nothing to report.
    for (const auto run : touched.runs) report_run(tx, {run}, settings);
    for (const auto job : touched.jobs) report_job(tx, {job}, settings);
    store::move_cursor(tx, kReader, changes.back().seq);
    return changes.size() == kChanges;
}

Result<> report_job(store::Transaction& tx, model::JobId id, const WriterSettings& settings) {
    const auto job = store::find_job(tx, id);
    if (!job) return not_found("there is no job " + to_text(id));
    const auto run = store::find_run(tx, job->run);
    if (!run) return not_found("there is no run " + to_text(job->run));
    append(tx, run->repository, make_status(*run, *job, settings.public_url));
    return {};
}

Result<> report_run(store::Transaction& tx, model::RunId id, const WriterSettings& settings) {
    const auto run = store::find_run(tx, id);
    if (!run) return not_found("there is no run " + to_text(id));
    const bool unreadable = run->cause == model::Cause::invalid && store::list_jobs(tx, id).empty();
    if (unreadable) append(tx, run->repository, make_status(*run, settings.public_url));
    return {};
}

}  // namespace triphammer::report
