#pragma once
// Inside intake/: a delivery that waits for planning, and what planning writes about it. Each
// function is one read or one transaction.

#include "base/task.hpp"
#include "intake/plan_maker.hpp"
#include "model/ids.hpp"
#include "model/reason.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace triphammer::intake {

struct PendingDelivery {
    model::DeliveryId id;
    model::RepositoryId waits_with;  // as stored: none until planning knows the repository
    std::int64_t attempts = 0;       // that failed so far
    bool is_found = false;           // made of a branch's head: no delivery came
    PlanQuestion question;
    /// Set (with a code) when it cannot become a question: unknown repository, unreadable facts.
    model::Reason problem;
};

struct Due {
    std::vector<model::RepositoryId> repositories;
    std::optional<TimePoint> next_at;  // when more will be due
    bool follows_runs = false;         // somewhere the end of a run is a delivery
};

Task<Result<Due>> list_due(store::Database& database, TimePoint now);

/// The oldest due delivery of those that wait with `repository`.
Task<Result<std::optional<PendingDelivery>>> load_next(
    store::Database& database, model::RepositoryId repository, TimePoint now
);

/// Any delivery, whatever came of it. Code::not_found.
Task<Result<PendingDelivery>> load_delivery(store::Database& database, model::DeliveryId id);

/// Runs, jobs, the delivery's outcome and what was learned of the repository, in one transaction.
/// Code::conflict when the delivery is not pending any more.
Task<Result<>> keep_plan(store::Database& database, const PendingDelivery& delivery, MadePlan made);

/// Ends it without a run: ignored where nobody erred, else failed.
Task<Result<>> end_delivery(
    store::Database& database,
    model::DeliveryId id,
    model::DeliveryOutcome outcome,
    model::Reason reason
);

struct Postponement {
    TimePoint until{};
    std::string reason;
    bool with_others = false;  // the repository's other deliveries would fail the same way
};

Task<Result<>> postpone(
    store::Database& database, const PendingDelivery& delivery, Postponement postponement
);

}  // namespace triphammer::intake
