#pragma once
// The planning half of intake with real parts: a database file, a git server, mirrors.

#include "access/repository_keys.hpp"
#include "base/random.hpp"
#include "intake/planner.hpp"
#include "model/event.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/runs/run_store.hpp"
#include "support/clock.hpp"
#include "support/database.hpp"
#include "support/git_server.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::testing {

class World {
  public:
    World();

    /// Registers acme/NAME; fetched from `url` (of a GitServer).
    model::RepositoryId add_repository(const std::string& name, const std::string& url);
    /// A pending delivery.
    model::DeliveryId add_delivery(model::RepositoryId repository, const model::Event& event);
    /// Binds a server-held pipeline.
    void bind_pipeline(model::RepositoryId repository, const std::string& text);

    /// Runs the planner until `done` says so; asked after every change of the database.
    void plan_until(const std::function<bool()>& done);
    /// Runs the planner until nothing is pending.
    void plan_all();
    intake::MadePlan preview(model::DeliveryId delivery);

    store::DeliveryRow delivery(model::DeliveryId id);
    std::vector<store::RunRow> runs(model::DeliveryId id);
    bool is_pending(model::DeliveryId id);

    ManualClock clock;
    SystemRandom random;
    access::Sealer sealer{Secret{std::string(32, 'k')}, random};
    InlineDatabase database{clock};
    TempDir folder;
    NamedThread git_thread{"git"};
    SystemSpawner spawner;
    git::Mirrors mirrors{{folder / "mirrors", {}}, git_thread, spawner};
    intake::PlanMaker plans;
    intake::Planner* planner = nullptr;  // while plan_until runs
    int jobs_told = 0;                   // how often the planner has said that jobs come

  private:
    struct Bell;
    Task<> plan(Executor executor, const std::function<bool()>& done);

    std::shared_ptr<Bell> bell_;
    int deliveries_ = 0;
};

/// A push of `sha` to refs/heads/`branch` of acme/`name`.
model::Event make_push(
    const std::string& name, const std::string& sha, const std::string& branch = "main"
);

}  // namespace triphammer::testing
