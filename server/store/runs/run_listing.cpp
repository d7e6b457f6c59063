#include "store/runs/run_listing.hpp"

#include "base/text.hpp"
#include "store/runs/run_columns.hpp"
#include "store/sqlite/window.hpp"

namespace triphammer::store {

namespace {

ListedRun read_listed(Statement& row) {
    ListedRun listed;
    read_run_columns(row, listed.run, listed.repository, listed.delivery);
    return listed;
}

constexpr std::string_view kMore =
    ", (SELECT full_name FROM repositories AS p WHERE p.id = r.repository), "
    "(SELECT guid FROM deliveries AS d WHERE d.id = r.delivery)";

}  // namespace

Listed<ListedRun> list_runs(Connection& db, const RunQuery& query, const ListPage& page) {
    Window window{"runs AS r", "r.id"};
    window.use("r.repository = ?", query.repository.value);
    // The index on (repository, ref, id) wants both; the + keeps another index from being chosen.
    const bool has_repository = static_cast<bool>(query.repository);
    if (has_repository) window.use("r.ref = ?", query.ref);
    if (!has_repository) window.use("r.state = ?", query.state);
    if (has_repository) window.sift("+r.state = ?", query.state);
    if (!has_repository) window.sift("+r.ref = ?", query.ref);
    window.sift_among("r.repository", query.among);
    window.sift("r.event = ?", query.event);
    window.sift("r.actor = ?", query.actor);
    window.sift("r.workflow = ?", query.workflow);
    const auto text = to_lower(query.text);
    window.sift("instr(lower(r.title) || char(10) || r.sha, ?) > 0", text);
    static const auto kColumns = kRunColumns + std::string{kMore};
    return window.list(db, kColumns, page, read_listed);
}

std::vector<JobSummary> list_job_summaries(Connection& db, model::RunId run) {
    auto query =
        db.prepare("SELECT id, name, stage, state FROM jobs WHERE run = ? ORDER BY position, id");
    return query.bind(run).list([](Statement& row) {
        JobSummary job;
        row.read(job.id, job.name, job.stage, job.state);
        return job;
    });
}

std::optional<RunRow> find_newest_run(
    Connection& db, model::RepositoryId repository, std::string_view ref, std::string_view workflow
) {
    RunQuery query;
    query.repository = repository;
    query.ref = ref;
    query.workflow = workflow;
    auto listed = list_runs(db, query, {.limit = 1});
    if (listed.rows.empty()) return {};
    return std::move(listed.rows[0].run);
}

std::optional<RunRow> find_newest_run_of_file(
    Connection& db, model::RepositoryId repository, std::string_view path, std::string_view event
) {
    auto query = db.prepare(
        "SELECT id FROM (SELECT id, workflow_path, event FROM runs WHERE repository = ? "
        "ORDER BY id DESC LIMIT ?) WHERE workflow_path = ? AND event = ? LIMIT 1"
    );
    const auto id = query.bind(repository, kWindow, path, event).find<model::RunId>();
    return id ? find_run(db, *id) : std::nullopt;
}

std::optional<RunRow> find_ended_run_before(Connection& db, const RunRow& run) {
    auto query = db.prepare(
        "SELECT id FROM (SELECT id, workflow_path, event, state FROM runs WHERE repository = ? "
        "AND ref = ? AND id < ? ORDER BY id DESC LIMIT ?) WHERE workflow_path = ? AND event = ? "
        "AND state IN ('succeeded', 'failed') LIMIT 1"
    );
    query.bind(run.repository, run.ref, run.id, kWindow, run.workflow_path, run.event);
    const auto id = query.find<model::RunId>();
    return id ? find_run(db, *id) : std::nullopt;
}

}  // namespace triphammer::store
