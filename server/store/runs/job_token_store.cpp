#include "store/runs/job_token_store.hpp"

namespace triphammer::store {

void add_job_token(Transaction& tx, const JobTokenRow& token) {
    auto put = tx.prepare("INSERT INTO job_tokens (attempt, sealed, expires_at) VALUES (?, ?, ?)");
    put.bind(token.attempt, Blob{token.sealed}, token.expires_at).run();
}

std::optional<TimePoint> find_job_token_end(Connection& db, model::Fence attempt) {
    auto query = db.prepare(
        "SELECT expires_at FROM job_tokens WHERE attempt = ? ORDER BY expires_at DESC LIMIT 1"
    );
    query.bind(attempt);
    TimePoint end;
    if (!query.step()) return {};
    query.read(end);
    return end;
}

std::vector<JobTokenRow> list_dead_job_tokens(Connection& db, int limit) {
    auto query = db.prepare(
        "SELECT token.id, token.attempt, token.sealed, token.expires_at FROM job_tokens AS token "
        "JOIN attempts ON attempts.id = token.attempt WHERE attempts.state = 'ended' "
        "ORDER BY token.id LIMIT ?"
    );
    query.bind(limit);
    std::vector<JobTokenRow> out;
    while (query.step()) {
        JobTokenRow row;
        query.read(row.id, row.attempt, row.sealed, row.expires_at);
        out.push_back(std::move(row));
    }
    return out;
}

void remove_job_token(Transaction& tx, std::int64_t id) {
    tx.prepare("DELETE FROM job_tokens WHERE id = ?").bind(id).run();
}

}  // namespace triphammer::store
