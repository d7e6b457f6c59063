#include "store/runs/run_past.hpp"

#include "store/sqlite/page.hpp"

namespace triphammer::store {

namespace {

NearRun read_near(Statement& row) {
    NearRun near;
    row.read(near.id, near.number, near.sha);
    return near;
}

std::optional<NearRun> first_of(Statement& query) {
    auto found = query.list(read_near);
    if (found.empty()) return {};
    return std::move(found.front());
}

// The workflow's runs up to one: bind repository, ref, id, kWindow, workflow_path, event.
constexpr std::string_view kSame =
    "(SELECT id, number, sha, state, workflow_path, event FROM runs WHERE repository = ? AND ref = "
    "? "
    "AND id <= ? ORDER BY id DESC LIMIT ?) AS r ";

}  // namespace

std::optional<NearRun> find_run_before(Connection& db, const RunRow& run) {
    auto query = db.prepare(
        "SELECT id, number, sha FROM runs WHERE repository = ? AND id < ? ORDER BY id DESC LIMIT 1"
    );
    return first_of(query.bind(run.repository, run.id));
}

std::optional<NearRun> find_run_after(Connection& db, const RunRow& run) {
    auto query = db.prepare(
        "SELECT id, number, sha FROM runs WHERE repository = ? AND id > ? ORDER BY id LIMIT 1"
    );
    return first_of(query.bind(run.repository, run.id));
}

std::vector<NearRun> list_green_before(Connection& db, const RunRow& run, int most) {
    auto query = db.prepare(
        "SELECT id, number, sha FROM " + std::string{kSame} +
        "WHERE workflow_path = ? AND event = ? AND id < ? AND state = 'succeeded' LIMIT ?"
    );
    query.bind(
        run.repository, run.ref, run.id, kWindow, run.workflow_path, run.event, run.id, most
    );
    return query.list(read_near);
}

std::optional<NearRun> find_first_failure(Connection& db, const RunRow& run, std::string_view key) {
    auto query = db.prepare(
        "SELECT r.id, r.number, r.sha, j.state = 'succeeded' FROM " + std::string{kSame} +
        "JOIN jobs AS j ON j.run = r.id AND j.key = ? WHERE r.workflow_path = ? AND r.event = ? "
        "AND j.state IN ('succeeded', 'failed', 'timed_out') ORDER BY r.id DESC"
    );
    query.bind(run.repository, run.ref, run.id, kWindow, key, run.workflow_path, run.event);
    std::optional<NearRun> oldest;
    bool has_succeeded = false;
    query.list([&](Statement& row) {
        NearRun near;
        bool is_green = false;
        row.read(near.id, near.number, near.sha, is_green);
        has_succeeded |= is_green;
        if (!has_succeeded) oldest = std::move(near);
        return 0;
    });
    return oldest;
}

std::vector<JobSpan> list_spans(Connection& db, model::RunId run) {
    auto query = db.prepare(
        "SELECT key, started_at - (SELECT MIN(coalesce(queued_at, started_at)) FROM jobs WHERE run "
        "= ?), "
        "finished_at - started_at FROM jobs WHERE run = ? AND state = 'succeeded' "
        "AND started_at IS NOT NULL ORDER BY position, id"
    );
    return query.bind(run, run).list([](Statement& row) {
        JobSpan span;
        row.read(span.key, span.from, span.took);
        return span;
    });
}

}  // namespace triphammer::store
