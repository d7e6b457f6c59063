#pragma once
// What of the history need not be kept any longer, and its removal. The rules choose among what has
// ended; never chosen are the newest run of a workflow on a branch, runs that stand in the ledger
// of deployments, and what something still works with.
//
//   plan_retention (a reader, any time) ─▶ candidates ─▶ remove_… (the writer, a few at once, each
//   looked at once more) ─▶ files, by the names that the removal gave or left in `unwanted_logs`

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::store {

/// How much of a repository's history stays; 0: no limit.
struct RetentionRules {
    std::int64_t run_days = 0;   // since a run's end
    std::int64_t runs = 0;       // the newest so many
    std::int64_t log_days = 0;   // since an attempt's end
    std::int64_t log_bytes = 0;  // the oldest logs go first

    friend bool operator==(const RetentionRules&, const RetentionRules&) = default;
};

/// What a repository says otherwise; nothing: as the server does.
struct RetentionChoice {
    std::optional<std::int64_t> run_days = {};
    std::optional<std::int64_t> runs = {};
    std::optional<std::int64_t> log_days = {};
    std::optional<std::int64_t> log_bytes = {};
};

struct RetentionSettings {
    RetentionRules repository = {};  // of each that says nothing else
    std::int64_t log_bytes = 0;      // of all together; 0: no limit
    std::int64_t delivery_days =
        0;  // deliveries without a run, and the steps of what changed; 0: ever
};

enum class RetentionCause { age, count, bytes };

struct UnwantedRun {
    model::RunId id;
    model::RepositoryId repository;
    std::int64_t number = 0;
    RetentionCause cause = RetentionCause::age;
    std::int64_t log_bytes = 0;
    std::int64_t artifact_bytes = 0;
};

struct UnwantedLog {
    model::Fence fence;
    model::RunId run;
    model::RepositoryId repository;
    RetentionCause cause = RetentionCause::age;
    std::int64_t bytes = 0;
};

struct RetentionPlan {
    std::vector<UnwantedRun> runs;
    std::vector<UnwantedLog> logs;  // of runs that stay
    std::vector<model::DeliveryId> deliveries;
    bool has_more = false;  // than `limit` of a kind
};

bool is_run_removable(Connection& db, model::RunId run);
bool are_logs_removable(Connection& db, model::Fence fence);

/// Reads only. `limit`: of each kind and repository.
RetentionPlan plan_retention(
    Connection& db, const RetentionSettings& settings, TimePoint now, int limit
);

/// More steps and results of tests than one transaction should remove.
bool has_many_rows(Connection& db, model::RunId run, int most);
/// Up to `most` of them go before their run, which is about to. False: none did, or the run has to
/// stay after all; what went before a re-run began stays away.
bool thin_run(Transaction& tx, model::RunId run, int most);
/// With its jobs, attempts, steps, reports and artifacts, whose files are given back to be removed.
/// Nothing: it has to stay after all. Its logs are in `unwanted_logs` from then on.
std::optional<std::vector<std::string>> remove_run(Transaction& tx, model::RunId run);
/// The attempt's logs are in `unwanted_logs`. False: they have to stay after all.
bool remove_logs(Transaction& tx, model::Fence fence);
/// False: it has to stay after all.
bool remove_delivery(Transaction& tx, model::DeliveryId delivery);
/// Rows of `changes` from before `until` that nobody reads any more, of what has a row with its own
/// state: steps, jobs, runs, deliveries. What a person did stays. Looks at so many rows behind
/// `after`, and says where to go on; nothing: it is through.
std::optional<std::int64_t> trim_changes(
    Transaction& tx, TimePoint until, std::int64_t after, int look_at
);
/// Gives up to so many free pages back to the file system, but for some that are needed soon. How
/// many are left; 0 also for a database of before auto_vacuum, which reuses its pages.
std::int64_t shrink(Transaction& tx, int pages);

/// Files that may go now; `forget_unwanted_logs` when they are gone.
std::vector<model::Fence> list_unwanted_logs(Connection& db, int limit);
void forget_unwanted_logs(Transaction& tx, const std::vector<model::Fence>& fences);

RetentionChoice find_retention(Connection& db, model::RepositoryId repository);
void set_retention(
    Transaction& tx,
    model::RepositoryId repository,
    const RetentionChoice& choice,
    std::string_view actor
);

struct KeptByRepository {
    model::RepositoryId repository;
    std::string full_name;
    std::int64_t runs = 0;
    std::int64_t log_bytes = 0;
    std::int64_t artifact_bytes = 0;
    std::int64_t cache_bytes = 0;
};

/// What each repository has here, removed ones too. Costs by rows: not for every page.
std::vector<KeptByRepository> list_kept(Connection& db);

/// When the logs of an attempt were removed; nothing: they were not.
std::optional<TimePoint> logs_removed_at(Connection& db, model::Fence fence);

}  // namespace triphammer::store
