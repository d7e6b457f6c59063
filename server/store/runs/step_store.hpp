#pragma once
// `steps` of an attempt. Number 0 is the set-up; then the workflow's; then clean-up.

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct StepRow {
    model::Fence attempt;
    std::int64_t number = 0;
    std::string id;
    std::string name;
    model::StepState state = model::StepState::queued;
    model::Cause cause = model::Cause::none;
    std::optional<std::int64_t> exit_status;
    std::string reason;
    std::string annotations_json = "[]";
    std::optional<TimePoint> started_at;
    std::optional<TimePoint> finished_at;
    std::int64_t log_bytes = 0;
    std::int64_t log_lines = 0;
    std::string log_sha256;
};

struct StepBegin {
    std::int64_t number = 0;
    std::string id = {};
    std::string name = {};
    TimePoint at = {};  // the runner's clock
};

struct StepEnd {
    std::int64_t number = 0;
    model::StepState state = model::StepState::succeeded;
    model::Cause cause = model::Cause::none;
    std::optional<std::int64_t> exit_status = {};
    std::string reason = {};
    std::string annotations_json = "[]";
    TimePoint at = {};
};

/// Where a step's change belongs: its attempt and, for subscriptions, its run.
struct StepPlace {
    model::Fence attempt = {};
    model::RunId run = {};
};

void begin_step(Transaction& tx, const StepPlace& place, const StepBegin& begin);
/// A step that never began (skipped) gets its row here, called `name`.
void end_step(Transaction& tx, const StepPlace& place, std::string_view name, const StepEnd& end);

/// The step's log as it is on the disk, verified or counted so far. Empty sum: not known yet.
struct StepLog {
    std::int64_t number = 0;
    std::int64_t bytes = 0;
    std::int64_t lines = 0;
    std::string sha256 = {};
};

void set_step_log(Transaction& tx, model::Fence attempt, const StepLog& log);
/// The attempt is over and cannot say it itself: open steps end in this state.
void end_open_steps(
    Transaction& tx, const StepPlace& place, model::StepState state, model::Cause cause
);
std::vector<StepRow> list_steps(Connection& db, model::Fence attempt);

}  // namespace triphammer::store
