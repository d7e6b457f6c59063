#pragma once
// One schedule: jobs are accepted, then everything that can happen happens in an order that the
// seed decides, with faults in between; at the end the invariants are checked.

#include "plan/plan.hpp"
#include "simulation/sim_daemon.hpp"
#include "store/deployments/deployment_store.hpp"

#include <optional>
#include <string>

namespace triphammer::simulation {

struct WorldOptions {
    std::uint64_t seed = 1;
    Plant plant = Plant::none;
    bool is_tracing = false;
};

class World {
  public:
    World(store::Database& db, testing::ManualClock& clock, const WorldOptions& options);

    /// What broke; nothing when all invariants hold.
    std::optional<std::string> play();

    /// How often what happened.
    const std::map<std::string, std::uint64_t>& tally() const { return context_.tally; }

    const std::vector<std::string>& trace() const { return context_.trace; }

  private:
    // What may happen next.
    using Choice = std::function<void()>;

    void accept_jobs();
    std::vector<plan::PlannedJob> make_jobs();
    void collect();
    void collect_wires();
    void collect_runners();
    void collect_servers();
    void collect_people();
    void collect_reruns();
    void rerun();
    void maybe_fault();
    void damage_a_log();
    void freeze_a_runner();
    void fault();
    void tick();
    void jump();
    void ring();
    bool step();
    bool is_over();
    void after_step();
    void check_start(Runner& runner);
    void check_acked(const Runner& runner);
    void check_end();
    void check_endings(const std::vector<store::JobRow>& jobs);
    void check_job(const store::JobRow& job);
    void check_deployment(const store::JobRow& job);
    void check_locks();
    void check_waiting(store::Connection& db, const store::DeploymentRow& row);
    void check_attempt(const store::AttemptRow& attempt);

    Context context_;
    Launcher launcher_{context_};
    Daemon daemon_{context_};
    model::RunId run_;
    bool deploys_ = false;
    std::int64_t changes_before_ = 0;
    std::int64_t changes_seen_ = 0;
    std::vector<Choice> choices_;
    std::uint64_t faults_left_ = 0;
    Dice rerun_dice_;  // its own: schedules without re-runs stay what they were
    std::uint64_t reruns_left_ = 0;
    std::map<std::int64_t, bool> was_working_;
};

}  // namespace triphammer::simulation
