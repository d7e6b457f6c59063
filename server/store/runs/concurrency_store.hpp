#pragma once
// `concurrency`: who has a group of a repository, and who waits for it.

#include "store/sqlite/transaction.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

/// A run, or one job of it. Names of groups are compared without case.
struct GroupEntry {
    std::int64_t id = 0;
    model::RepositoryId repository = {};
    std::string name = {};
    model::RunId run = {};
    model::JobId job = {};  // none: the run as a whole
    bool is_ready = true;   // false: a place kept for a job that has not come yet
    bool holds = false;
    std::string line = {};  // workflow and ref of its run; not written
};

/// Answers its id. A second holder of a group is a broken constraint.
std::int64_t insert_group_entry(Transaction& tx, const GroupEntry& entry);
/// The holder first, then those that wait: older runs before newer ones.
std::vector<GroupEntry> list_group(
    Connection& db, model::RepositoryId repository, std::string_view name
);
/// Of a run and its jobs.
std::vector<GroupEntry> list_group_entries(Connection& db, model::RunId run);
/// The job that a place was kept for has come.
void set_ready(Transaction& tx, std::int64_t entry);
/// Its turn has come.
void hold_group(Transaction& tx, std::int64_t entry);
void remove_group_entry(Transaction& tx, std::int64_t entry);
/// Whether the run as a whole waits for its group.
bool is_run_held(Connection& db, model::RunId run);
/// Whether a job waits for a group.
bool is_job_held(Connection& db, model::RunId run, model::JobId job);

}  // namespace triphammer::store
