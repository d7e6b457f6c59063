#include "store/forge/told_store.hpp"

namespace triphammer::store {

ToldObject get_told_object(Connection& db, std::string_view channel, std::string_view subject) {
    ToldObject object;
    object.channel = channel;
    object.subject = subject;
    auto query = db.prepare(
        "SELECT round, remote_id, shown FROM told_objects WHERE channel = ? AND subject = ?"
    );
    query.bind(channel, subject);
    if (query.step()) query.read(object.round, object.remote_id, object.shown);
    return object;
}

void keep_told_object(Transaction& tx, const ToldObject& object) {
    auto put = tx.prepare(
        "INSERT INTO told_objects (channel, subject, round, remote_id, shown) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT (channel, subject) DO UPDATE SET "
        "round = excluded.round, remote_id = excluded.remote_id, shown = excluded.shown"
    );
    put.bind(object.channel, object.subject, object.round, object.remote_id, object.shown).run();
}

void keep_pull_run(Transaction& tx, const PullRun& run) {
    auto put = tx.prepare(
        "INSERT INTO pull_runs (repository, number, workflow_path, event, head_sha, run) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (repository, number, workflow_path, event) "
        "DO UPDATE SET head_sha = excluded.head_sha, run = excluded.run "
        "WHERE excluded.run > pull_runs.run"
    );
    put.bind(run.repository, run.number, run.workflow_path, run.event, run.head_sha, run.run).run();
}

std::vector<model::RunId> list_pull_runs(
    Connection& db, model::RepositoryId repository, std::int64_t number
) {
    auto query = db.prepare(
        "SELECT run FROM pull_runs WHERE repository = ?1 AND number = ?2 AND head_sha = ("
        "SELECT head_sha FROM pull_runs WHERE repository = ?1 AND number = ?2 "
        "ORDER BY run DESC LIMIT 1) ORDER BY run"
    );
    return query.bind(repository, number).list([](Statement& row) {
        model::RunId run;
        row.read(run);
        return run;
    });
}

}  // namespace triphammer::store
