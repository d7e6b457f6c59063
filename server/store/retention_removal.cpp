#include "store/outbox_store.hpp"
#include "store/retention_store.hpp"
#include "store/runs/artifact_store.hpp"
#include "store/sqlite/change_store.hpp"
#include "store/sqlite/meta_store.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::store {

namespace {

/// Pages that the next rows take anyway: to give them back and to ask for them again costs twice.
constexpr std::int64_t kKeptFree = 1'000;

constexpr std::string_view kOfAttempts =
    " WHERE attempt IN (SELECT a.id FROM jobs AS j JOIN attempts AS a ON a.job = j.id "
    "WHERE j.run = ?)";

std::vector<std::string> remove_artifacts(Transaction& tx, model::RunId run) {
    std::vector<std::string> files;
    for (const auto& artifact : list_artifacts(tx, run)) {
        delete_artifact(tx, artifact, "retention");
        files.push_back(artifact.blob);
    }
    return files;
}

/// The counters are of what there is.
void uncount(Transaction& tx, model::RunId run) {
    constexpr std::pair<std::string_view, std::string_view> kNouns[] = {
        {"runs.", "SELECT state, count(*) FROM runs WHERE id = ? GROUP BY state"},
        {"jobs.", "SELECT state, count(*) FROM jobs WHERE run = ? GROUP BY state"},
        {"attempts.",
         "SELECT a.state, count(*) FROM jobs AS j JOIN attempts AS a ON a.job = j.id "
         "WHERE j.run = ? GROUP BY a.state"},
    };
    for (const auto& [noun, text] : kNouns) {
        auto query = tx.prepare(text);
        query.bind(run);
        const auto counts = query.list([](Statement& row) {
            std::pair<std::string, std::int64_t> count;
            row.read(count.first, count.second);
            return count;
        });
        for (const auto& [state, count] : counts)
            add_to_counter(tx, std::string{noun} + state, -count);
    }
}

void give_up_logs(Transaction& tx, model::RunId run) {
    auto put = tx.prepare(
        "INSERT OR IGNORE INTO unwanted_logs (fence) SELECT a.id FROM jobs AS j "
        "JOIN attempts AS a ON a.job = j.id WHERE j.run = ? AND a.logs_removed_at IS NULL"
    );
    put.bind(run).run();
}

/// What was said about a fork's head holds for each run of it, and goes with the last one.
void pass_on_approvals(Transaction& tx, model::RunId run) {
    auto update = tx.prepare(
        "UPDATE approvals SET run = coalesce((SELECT max(head.run) FROM fork_heads AS head "
        "WHERE head.repository = approvals.repository AND head.sha = approvals.sha "
        "AND head.head_repository = approvals.head_repository AND head.author = approvals.author "
        "AND head.run <> approvals.run), run) WHERE run = ? AND kind = 'fork'"
    );
    update.bind(run).run();
}

/// The last of the next `look_at` that is from before `until`: ids and times grow together.
std::optional<std::int64_t> find_last_message(
    Connection& db, TimePoint until, std::int64_t after, int look_at
) {
    auto window = db.prepare("SELECT id, created_at FROM outbox WHERE id > ? ORDER BY id LIMIT ?");
    window.bind(after, look_at);
    std::optional<std::int64_t> last;
    while (window.step()) {
        std::int64_t id = 0;
        TimePoint created_at;
        window.read(id, created_at);
        if (created_at >= until) break;
        last = id;
    }
    return last;
}

void forget_told(Transaction& tx, const std::string& channel, const std::string& subject) {
    auto forget = tx.prepare(
        "DELETE FROM told_objects WHERE channel = ?1 AND subject = ?2 AND NOT EXISTS "
        "(SELECT 1 FROM outbox WHERE channel = ?1 AND subject = ?2)"
    );
    forget.bind(channel, subject).run();
}

/// Of its commit, where this is the last run of it.
void remove_statuses(Transaction& tx, model::RunId run) {
    auto remove = tx.prepare(
        "DELETE FROM outbox WHERE id IN (SELECT o.id FROM runs AS r JOIN outbox AS o "
        "ON o.channel = 'github-status' AND o.subject >= r.repository || ' ' || r.sha || ' ' "
        "AND o.subject < r.repository || ' ' || r.sha || '!' AND o.state <> 'pending' "
        "WHERE r.id = ?1 AND NOT EXISTS (SELECT 1 FROM runs WHERE sha = r.sha AND id <> ?1))"
    );
    remove.bind(run).run();
}

void remove_rows(Transaction& tx, model::RunId run) {
    pass_on_approvals(tx, run);
    remove_statuses(tx, run);
    for (const auto* table :
         {"test_results", "report_parts", "reports", "step_summaries", "steps"}) {
        tx.prepare("DELETE FROM " + std::string{table} + std::string{kOfAttempts}).bind(run).run();
    }
    for (const auto* text :
         {"DELETE FROM approval_votes WHERE approval IN (SELECT id FROM approvals WHERE run = ?)",
          "DELETE FROM approvals WHERE run = ?",
          "DELETE FROM fork_heads WHERE run = ?",
          "DELETE FROM check_runs WHERE run = ?",
          "DELETE FROM attempts WHERE job IN (SELECT id FROM jobs WHERE run = ?)",
          "DELETE FROM redeployments WHERE job IN (SELECT id FROM jobs WHERE run = ?)",
          "DELETE FROM jobs WHERE run = ?",
          "DELETE FROM run_contexts WHERE run = ?",
          "DELETE FROM pull_runs WHERE run = ?"}) {
        tx.prepare(text).bind(run).run();
    }
    auto remove = tx.prepare("DELETE FROM runs WHERE id = ? RETURNING definition");
    const auto definition = remove.bind(run).find<std::string>();
    tx.prepare(
          "DELETE FROM definitions WHERE sha256 = ?1 "
          "AND NOT EXISTS (SELECT 1 FROM runs WHERE definition = ?1)"
    )
        .bind(definition)
        .run();
}

/// What an attempt may have thousands of, and the rest of its key.
constexpr std::pair<std::string_view, std::string_view> kManyRows[] = {
    {"test_results", "test"}, {"steps", "number"}};

std::string rows_of_run(std::string_view table) {
    return " FROM jobs AS j JOIN attempts AS a ON a.job = j.id JOIN " + std::string{table} +
           " AS t ON t.attempt = a.id WHERE j.run = ? LIMIT ?";
}

}  // namespace

bool has_many_rows(Connection& db, model::RunId run, int most) {
    std::int64_t count = 0;
    for (const auto& [table, key] : kManyRows) {
        auto query = db.prepare("SELECT count(*) FROM (SELECT 1" + rows_of_run(table) + ")");
        count += query.bind(run, most).find<std::int64_t>().value_or(0);
    }
    return count > most;
}

bool thin_run(Transaction& tx, model::RunId run, int most) {
    if (!is_run_removable(tx, run)) return false;
    for (const auto& [table, key] : kManyRows) {
        const auto row = std::string{key};
        auto remove = tx.prepare(
            "DELETE FROM " + std::string{table} + " WHERE (attempt, " + row +
            ") IN (SELECT t.attempt, t." + row + rows_of_run(table) + ")"
        );
        if (remove.bind(run, most).run() > 0) return true;
    }
    return false;
}

std::optional<std::vector<std::string>> remove_run(Transaction& tx, model::RunId run) {
    if (!is_run_removable(tx, run)) return {};
    auto files = remove_artifacts(tx, run);
    uncount(tx, run);
    give_up_logs(tx, run);
    remove_rows(tx, run);
    return files;
}

bool remove_logs(Transaction& tx, model::Fence fence) {
    if (!are_logs_removable(tx, fence)) return false;
    auto update = tx.prepare("UPDATE attempts SET log_bytes = 0, logs_removed_at = ? WHERE id = ?");
    update.bind(tx.now(), fence).run();
    tx.prepare("INSERT OR IGNORE INTO unwanted_logs (fence) VALUES (?)").bind(fence).run();
    return true;
}

bool remove_delivery(Transaction& tx, model::DeliveryId delivery) {
    auto find = tx.prepare(
        "SELECT outcome FROM deliveries AS d WHERE d.id = ? AND d.finished_at IS NOT NULL "
        "AND d.id < (SELECT max(id) FROM deliveries) "
        "AND NOT EXISTS (SELECT 1 FROM runs AS r WHERE r.delivery = d.id)"
    );
    const auto outcome = find.bind(delivery).find<std::string>();
    if (!outcome) return false;
    tx.prepare("DELETE FROM delivery_bodies WHERE delivery = ?").bind(delivery).run();
    tx.prepare("DELETE FROM deliveries WHERE id = ?").bind(delivery).run();
    add_to_counter(tx, "deliveries." + *outcome, -1);
    return true;
}

std::optional<std::int64_t> trim_changes(
    Transaction& tx, TimePoint until, std::int64_t after, int look_at
) {
    // The newest row stays, and so does what a reader has not come to.
    auto bound = tx.prepare(
        "SELECT min((SELECT coalesce(max(seq), 0) - 1 FROM changes), "
        "(SELECT coalesce(min(seq), 9223372036854775807) FROM cursors))"
    );
    const auto read_by_all = bound.find<std::int64_t>().value_or(0);
    auto window = tx.prepare(
        "SELECT max(seq), count(*) FROM (SELECT seq FROM changes WHERE seq > ? AND seq <= ? "
        "AND at < ? ORDER BY seq LIMIT ?)"
    );
    std::int64_t last = 0;
    std::int64_t count = 0;
    window.bind(after, read_by_all, until, look_at);
    if (!window.step()) return {};
    window.read(last, count);
    if (count == 0) return {};
    auto remove = tx.prepare(
        "DELETE FROM changes WHERE seq > ? AND seq <= ? AND actor = '' AND subject IN "
        "('step', 'attempt', 'job', 'run', 'report', 'artifact', 'delivery')"
    );
    remove.bind(after, last).run();
    return last;
}

std::optional<std::int64_t> trim_messages(
    Transaction& tx, TimePoint until, std::int64_t after, int look_at
) {
    const auto last = find_last_message(tx, until, after, look_at);
    if (!last) return {};
    auto remove = tx.prepare(
        "DELETE FROM outbox WHERE id > ? AND id <= ? AND state <> 'pending' "
        "AND NOT (channel = 'github-status' AND state = 'sent' AND EXISTS "
        "(SELECT 1 FROM runs WHERE sha = json_extract(outbox.payload, '$.sha'))) "
        "RETURNING channel, subject"
    );
    const auto gone = remove.bind(after, *last).list([](Statement& row) {
        std::pair<std::string, std::string> key;
        row.read(key.first, key.second);
        return key;
    });
    for (const auto& [channel, subject] : gone) {
        // What GitHub has is changed for as long as its run is there; a chat's message is not.
        if (channel.starts_with("notify:")) forget_told(tx, channel, subject);
    }
    return last;
}

std::int64_t shrink(Transaction& tx, int pages) {
    constexpr std::int64_t kIncremental = 2;
    const auto mode = tx.prepare("PRAGMA auto_vacuum").find<std::int64_t>().value_or(0);
    const auto free = tx.prepare("PRAGMA freelist_count").find<std::int64_t>().value_or(0);
    if (mode != kIncremental || free <= kKeptFree) return 0;
    const auto most = std::min<std::int64_t>(pages, free - kKeptFree);
    auto vacuum = tx.prepare("PRAGMA incremental_vacuum(" + std::to_string(most) + ")");
    while (vacuum.step()) {
    }
    return free - kKeptFree - most;
}

std::vector<model::Fence> list_unwanted_logs(Connection& db, int limit) {
    auto list = db.prepare("SELECT fence FROM unwanted_logs ORDER BY fence LIMIT ?");
    return list.bind(limit).list([](Statement& row) {
        model::Fence fence;
        row.read(fence);
        return fence;
    });
}

void forget_unwanted_logs(Transaction& tx, const std::vector<model::Fence>& fences) {
    for (const auto fence : fences) {
        tx.prepare("DELETE FROM unwanted_logs WHERE fence = ?").bind(fence).run();
    }
}

std::optional<TimePoint> logs_removed_at(Connection& db, model::Fence fence) {
    auto find = db.prepare("SELECT logs_removed_at FROM attempts WHERE id = ?");
    return find.bind(fence).find<std::optional<TimePoint>>().value_or(std::nullopt);
}

}  // namespace triphammer::store
