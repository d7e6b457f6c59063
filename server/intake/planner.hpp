#pragma once
// Turns pending deliveries into runs: the walk's step 3. Deliveries of one repository are planned
// in the order of their arrival; repositories do not wait for each other. What cannot be planned
// now is tried again with growing pauses for an hour, then it ends as `failed` with the reason.

#include "base/alarm.hpp"
#include "base/clock.hpp"
#include "base/task.hpp"
#include "base/task_group.hpp"
#include "intake/plan_maker.hpp"
#include "model/ids.hpp"

#include <functional>
#include <set>
#include <vector>

namespace triphammer::intake {

struct PendingDelivery;

class Planner {
  public:
    /// Everything given outlives this object. All calls on the logic thread.
    struct Parts {
        Executor executor;
        store::Database& database;
        PlanMaker& plans;
        const Clock& clock;
        std::function<void()> on_schedules =
            {};  // `on.schedule` of a default branch may have changed
        /// Jobs are being committed: what is asked of the database from now on comes after them.
        std::function<void()> on_jobs = {};
    };

    explicit Planner(Parts parts);
    ~Planner();
    Planner(const Planner&) = delete;
    Planner& operator=(const Planner&) = delete;

    /// Begins with what is pending in the database. Once.
    void start();

    /// There is a new pending delivery, or a replayed one.
    void wake();
    /// As `wake`, of that repository: nobody has to look whose it is (the receiver's callback).
    void wake_for(model::RepositoryId repository);

    /// Whether a workflow starts when another one ends (`workflow_run`): then the end of a run is a
    /// new pending delivery.
    bool follows_runs() const { return follows_runs_; }

    /// Ends what is under way (a fetch is killed) and waits for it. What was not finished stays
    /// pending.
    Task<> stop();

    /// What a stored delivery would start now; nothing is written. Code::not_found.
    Task<Result<MadePlan>> preview(
        model::DeliveryId delivery, std::optional<Draft> draft = std::nullopt
    );

    /// What an event that nobody sent would start; nothing is written.
    Task<Result<MadePlan>> preview(PlanQuestion question);

  private:
    Task<> run();
    void start_due(const std::vector<model::RepositoryId>& repositories);
    Task<> plan_repository(model::RepositoryId repository);
    Task<Result<bool>> plan_next(model::RepositoryId repository);
    Task<Result<bool>> plan_delivery(const PendingDelivery& delivery);
    Task<Result<bool>> try_later(const PendingDelivery& delivery, Error error);
    Task<Result<>> give_up(const PendingDelivery& delivery, Error error);

    Parts parts_;
    TaskGroup tasks_;
    Alarm alarm_;
    std::set<model::RepositoryId> busy_;
    bool follows_runs_ = true;  // until the database has said otherwise
};

}  // namespace triphammer::intake
