#include "store/forge/check_run_store.hpp"

namespace triphammer::store {

namespace {

constexpr std::string_view kColumns =
    "SELECT id, repository, sha, name, app, run, job, run_attempt, remote_id, is_completed, "
    "annotated, shown FROM check_runs ";

std::string select(std::string_view where) {
    return std::string{kColumns} + std::string{where};
}

CheckRunRow read_check_run(Statement& row) {
    CheckRunRow out;
    row.read(
        out.id,
        out.repository,
        out.sha,
        out.name,
        out.app,
        out.run,
        out.job,
        out.run_attempt,
        out.remote_id,
        out.is_completed,
        out.annotated,
        out.shown
    );
    return out;
}

}  // namespace

std::int64_t insert_check_run(Transaction& tx, const CheckRunRow& row) {
    auto insert = tx.prepare(
        "INSERT INTO check_runs (repository, sha, name, app, run, job, run_attempt) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)"
    );
    insert.bind(row.repository, row.sha, row.name, row.app, row.run.value, row.job.value);
    insert.bind(row.run_attempt).run();
    return tx.last_insert_id();
}

void keep_check_run(Transaction& tx, const CheckRunRow& row) {
    auto update = tx.prepare(
        "UPDATE check_runs SET run = ?, job = ?, run_attempt = ?, remote_id = ?, "
        "is_completed = ?, annotated = ?, shown = ? WHERE id = ?"
    );
    update.bind(row.run.value, row.job.value, row.run_attempt, row.remote_id, row.is_completed);
    update.bind(row.annotated, row.shown, row.id).run();
}

std::optional<CheckRunRow> find_check_run(Connection& db, std::int64_t id) {
    return db.prepare(select("WHERE id = ?")).bind(id).find_row(read_check_run);
}

std::optional<CheckRunRow> find_newest_check_run(
    Connection& db, model::RepositoryId repository, std::string_view sha, std::string_view name
) {
    auto query =
        db.prepare(select("WHERE repository = ? AND sha = ? AND name = ? ORDER BY id DESC LIMIT 1")
        );
    return query.bind(repository, sha, name).find_row(read_check_run);
}

std::vector<CheckRunRow> list_newest_check_runs(
    Connection& db, model::RepositoryId repository, std::string_view sha, std::string_view app
) {
    auto query = db.prepare(
        select("WHERE id IN (SELECT max(id) FROM check_runs WHERE repository = ? AND sha = ? "
               "AND app = ? GROUP BY name) ORDER BY id")
    );
    return query.bind(repository, sha, app).list(read_check_run);
}

}  // namespace triphammer::store
