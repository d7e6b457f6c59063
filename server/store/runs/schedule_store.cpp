#include "store/runs/schedule_store.hpp"

#include <algorithm>

namespace triphammer::store {

namespace {

constexpr std::string_view kColumns =
    "SELECT s.id, s.repository, s.path, s.cron, s.timezone, s.next_at FROM schedules AS s ";

ScheduleRow read_schedule(Statement& row) {
    ScheduleRow schedule;
    row.read(
        schedule.id,
        schedule.repository,
        schedule.path,
        schedule.cron,
        schedule.timezone,
        schedule.next_at
    );
    return schedule;
}

bool is_same(const ScheduleRow& a, const ScheduleRow& b) {
    return a.path == b.path && a.cron == b.cron && a.timezone == b.timezone;
}

}  // namespace

void replace_schedules(
    Transaction& tx, model::RepositoryId repository, const std::vector<ScheduleRow>& rows
) {
    auto query = tx.prepare(std::string{kColumns} + "WHERE s.repository = ?");
    for (const auto& old : query.bind(repository).list(read_schedule)) {
        const bool stays = std::any_of(rows.begin(), rows.end(), [&](const ScheduleRow& row) {
            return is_same(row, old);
        });
        if (!stays) tx.prepare("DELETE FROM schedules WHERE id = ?").bind(old.id).run();
    }
    for (const auto& row : rows) {
        auto insert = tx.prepare(
            "INSERT INTO schedules (repository, path, cron, timezone, next_at) "
            "VALUES (?, ?, ?, ?, 0) ON CONFLICT (repository, path, cron, timezone) DO NOTHING"
        );
        insert.bind(repository, row.path, row.cron, row.timezone).run();
    }
}

std::vector<ScheduleRow> list_due_schedules(Connection& db, TimePoint now) {
    auto query = db.prepare(
        std::string{kColumns} +
        "JOIN repositories AS r ON r.id = s.repository "
        "WHERE s.next_at <= ? AND r.removed_at IS NULL ORDER BY s.next_at, s.id"
    );
    return query.bind(now).list(read_schedule);
}

std::optional<TimePoint> find_next_schedule(Connection& db) {
    auto query = db.prepare(
        "SELECT s.next_at FROM schedules AS s JOIN repositories AS r ON r.id = s.repository "
        "WHERE s.next_at IS NOT NULL AND r.removed_at IS NULL ORDER BY s.next_at LIMIT 1"
    );
    return query.find<TimePoint>();
}

bool move_schedule(Transaction& tx, const ScheduleRow& row, std::optional<TimePoint> next_at) {
    auto update = tx.prepare("UPDATE schedules SET next_at = ? WHERE id = ? AND next_at = ?");
    return update.bind(next_at, row.id, row.next_at).run() > 0;
}

}  // namespace triphammer::store
