#pragma once
// What has expired goes: runs, logs, deliveries by the rules (store/retention_store.hpp), artifacts
// by their own time, copies of others' files that nobody uses.
//
// Rows go first, in transactions of a few rows, and files after their commit: what dies between
// leaves files that nobody speaks of, which the next round (logs, by `unwanted_logs`) or the next
// start (artifacts) removes. The other way round a page would promise what is not there.

#include "app/workshop.hpp"
#include "store/retention_store.hpp"

namespace triphammer::app {

/// What one round removed.
struct Removed {
    std::int64_t runs = 0;
    std::int64_t logs = 0;
    std::int64_t deliveries = 0;
    std::int64_t bytes = 0;  // of logs and artifacts
};

class Retention {
  public:
    /// All outlive this object; on the logic thread.
    Retention(Workshop& shop, Core& core, const Config& config)
        : shop_{shop}, core_{core}, config_{config} {}

    /// Every ten minutes, until it is cancelled.
    Task<> run();
    /// Now. Code::conflict: a round is under way.
    Task<Result<Removed>> carry_out(std::string actor);
    /// The same, told as JSON.
    Task<Result<std::string>> carry_out_now(std::string actor);

  private:
    Task<Result<Removed>> apply_rules();
    Task<Result<bool>> apply(const store::RetentionPlan& plan, Removed& removed);
    Task<Result<bool>> remove_runs(const store::RetentionPlan& plan, Removed& removed);
    Task<Result<>> thin_run(model::RunId run);
    Task<Result<bool>> remove_logs(const store::RetentionPlan& plan, Removed& removed);
    Task<Result<bool>> remove_deliveries(const store::RetentionPlan& plan, Removed& removed);
    Task<> remove_log_files();
    Task<Result<>> trim_changes();
    Task<Result<>> trim_messages();
    Task<Result<>> trim_tests();
    Task<Result<>> shrink_database();
    Task<> remove_unused();

    Workshop& shop_;
    Core& core_;
    const Config& config_;
    bool is_under_way_ = false;
    std::int64_t changes_at_ = 0;   // how far they were looked through
    std::int64_t messages_at_ = 0;  // the same
    std::int64_t tests_at_ = 0;     // the same; from the beginning again when it is through
};

}  // namespace triphammer::app
