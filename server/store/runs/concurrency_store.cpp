#include "store/runs/concurrency_store.hpp"

namespace triphammer::store {

namespace {

constexpr std::string_view kColumns =
    "SELECT c.id, c.repository, c.name, c.run, c.job, c.ready, c.holds, "
    "r.workflow_path || '@' || r.ref FROM concurrency c JOIN runs r ON r.id = c.run ";

GroupEntry read_entry(Statement& row) {
    GroupEntry entry;
    auto& [id, repository, name, run, job, is_ready, holds, line] = entry;
    row.read(id, repository, name, run, job, is_ready, holds, line);
    return entry;
}

std::string select(std::string_view where) {
    return std::string{kColumns} + std::string{where};
}

}  // namespace

std::int64_t insert_group_entry(Transaction& tx, const GroupEntry& entry) {
    auto insert = tx.prepare(
        "INSERT INTO concurrency (repository, name, run, job, ready, holds) "
        "VALUES (?, ?, ?, ?, ?, ?)"
    );
    insert.bind(entry.repository, entry.name, entry.run, entry.job, entry.is_ready, entry.holds)
        .run();
    return tx.last_insert_id();
}

std::vector<GroupEntry> list_group(
    Connection& db, model::RepositoryId repository, std::string_view name
) {
    auto query =
        db.prepare(select("WHERE c.repository = ? AND c.name = ? ORDER BY c.holds DESC, c.run, c.id"
        ));
    return query.bind(repository, name).list(read_entry);
}

std::vector<GroupEntry> list_group_entries(Connection& db, model::RunId run) {
    auto query = db.prepare(select("WHERE c.run = ? ORDER BY c.id"));
    return query.bind(run).list(read_entry);
}

void set_ready(Transaction& tx, std::int64_t entry) {
    tx.prepare("UPDATE concurrency SET ready = 1 WHERE id = ?").bind(entry).run();
}

void hold_group(Transaction& tx, std::int64_t entry) {
    tx.prepare("UPDATE concurrency SET holds = 1 WHERE id = ?").bind(entry).run();
}

void remove_group_entry(Transaction& tx, std::int64_t entry) {
    tx.prepare("DELETE FROM concurrency WHERE id = ?").bind(entry).run();
}

bool is_run_held(Connection& db, model::RunId run) {
    auto query =
        db.prepare("SELECT 1 FROM concurrency WHERE run = ? AND job IS NULL AND holds = 0");
    return query.bind(run).find<std::int64_t>().has_value();
}

bool is_job_held(Connection& db, model::RunId run, model::JobId job) {
    auto query = db.prepare("SELECT 1 FROM concurrency WHERE run = ? AND job = ? AND holds = 0");
    return query.bind(run, job).find<std::int64_t>().has_value();
}

}  // namespace triphammer::store
