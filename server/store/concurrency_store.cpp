#include "store/concurrency_store.hpp"

namespace triphammer::store {

namespace {

GroupEntry read_entry(Statement& row) {
    GroupEntry entry;
    row.read(entry.id, entry.repository, entry.name, entry.run, entry.job, entry.holds);
    return entry;
}

}  // namespace

std::int64_t insert_group_entry(Transaction& tx, const GroupEntry& entry) {
    auto insert = tx.prepare(
        "INSERT INTO concurrency (repository, name, run, job, holds) VALUES (?, ?, ?, ?, ?)"
    );
    insert.bind(entry.repository, entry.name, entry.run, entry.job, entry.holds).run();
    return tx.last_insert_id();
}

std::vector<GroupEntry> list_group(
    Connection& db, model::RepositoryId repository, std::string_view name
) {
    auto query = db.prepare(
        "SELECT id, repository, name, run, job, holds FROM concurrency "
        "WHERE repository = ? AND name = ? ORDER BY holds DESC, run, id"
    );
    return query.bind(repository, name).list(read_entry);
}

std::vector<GroupEntry> list_group_entries(Connection& db, model::RunId run) {
    auto query = db.prepare(
        "SELECT id, repository, name, run, job, holds FROM concurrency WHERE run = ? ORDER BY id"
    );
    return query.bind(run).list(read_entry);
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

}  // namespace triphammer::store
