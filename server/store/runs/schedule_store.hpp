#pragma once
// `schedules`: what the default branch's workflows say in `on.schedule`, and when each is due.

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::store {

struct ScheduleRow {
    std::int64_t id = 0;
    model::RepositoryId repository = {};
    std::string path = {};  // of the workflow
    std::string cron = {};
    std::string timezone = {};  // IANA name; empty: UTC
    TimePoint next_at = {};     // 0: not reckoned yet
};

/// What the branch says now; an entry that it said before keeps its time.
void replace_schedules(
    Transaction& tx, model::RepositoryId repository, const std::vector<ScheduleRow>& rows
);
/// Due at `now`, and those not reckoned yet; the longest due first. Not of removed repositories.
std::vector<ScheduleRow> list_due_schedules(Connection& db, TimePoint now);
/// Nothing: none will ever be due.
std::optional<TimePoint> find_next_schedule(Connection& db);
/// Compare-and-set of `next_at`. False: somebody else was there, or it is gone.
bool move_schedule(Transaction& tx, const ScheduleRow& row, std::optional<TimePoint> next_at);

}  // namespace triphammer::store
