#include "world.hpp"

#include "definitions/pipelines.hpp"
#include "store/sqlite/meta_store.hpp"
#include "support/run_task.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

namespace triphammer::testing {

namespace asio = boost::asio;

/// Rung by every commit that changed something.
struct World::Bell {
    std::optional<asio::steady_timer> timer;

    void ring() {
        if (timer) timer->cancel();
    }
};

namespace {

intake::RemoteSettings make_remote_settings() {
    intake::RemoteSettings settings;
    settings.urls.insecure_hosts = {"127.0.0.1"};
    return settings;
}

}  // namespace

World::World()
    : plans{{*database.database, mirrors, git_thread, sealer}, make_remote_settings()},
      bell_{std::make_shared<Bell>()} {
    database.database->on_changes([bell = bell_](const store::ChangeNews&) { bell->ring(); });
}

model::RepositoryId World::add_repository(const std::string& name, const std::string& url) {
    return database
        .write([&](store::Transaction& tx) {
            store::NewRepository row;
            row.full_name = "acme/" + name;
            row.hook = name;
            row.clone_url = url + "/" + name + ".git";
            row.default_branch = "main";
            return store::add_repository(tx, row);
        })
        .value();
}

model::DeliveryId World::add_delivery(model::RepositoryId repository, const model::Event& event) {
    ++deliveries_;
    return database
        .write([&](store::Transaction& tx) -> Result<model::DeliveryId> {
            store::NewDelivery row;
            row.guid = "guid-" + std::to_string(deliveries_);
            row.event = event.name;
            row.repository = repository;
            row.facts_json = nlohmann::json(event).dump();
            row.body = R"({"ref":")" + event.ref + R"("})";
            return store::append_delivery(tx, row).id;
        })
        .value();
}

void World::bind_pipeline(model::RepositoryId repository, const std::string& text) {
    database
        .write([&](store::Transaction& tx) -> Result<> {
            auto put = definitions::put_pipeline(tx, {"held", text, 0, "ada", ""});
            if (!put) return put.error();
            return definitions::bind_pipeline(tx, "held", repository, "ada");
        })
        .value();
}

void World::plan_until(const std::function<bool()>& done) {
    run_until_done([&](Executor executor) { return plan(executor, done); });
}

Task<> World::plan(Executor executor, const std::function<bool()>& done) {
    intake::Planner here{{executor, *database.database, plans, clock, {}, [this] { ++jobs_told; }}};
    planner = &here;
    bell_->timer.emplace(executor);
    here.start();
    while (!done()) {
        boost::system::error_code ignored;
        bell_->timer->expires_at(asio::steady_timer::time_point::max());
        co_await bell_->timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    bell_->timer.reset();
    planner = nullptr;
    co_await here.stop();
}

void World::plan_all() {
    plan_until([this] {
        return database
            .read([](store::Connection& db) -> Result<bool> {
                return store::counter(db, "deliveries.pending") == 0;
            })
            .value();
    });
}

intake::MadePlan World::preview(model::DeliveryId delivery) {
    std::unique_ptr<intake::Planner> here;
    const std::function<Task<Result<intake::MadePlan>>(Executor)> start = [&](Executor executor) {
        here = std::make_unique<intake::Planner>(intake::Planner::Parts{
            executor, *database.database, plans, clock});
        return here->preview(delivery);
    };
    return run_task(start).value();
}

store::DeliveryRow World::delivery(model::DeliveryId id) {
    return database
        .read([&](store::Connection& db) -> Result<store::DeliveryRow> {
            return store::find_delivery(db, id).value();
        })
        .value();
}

bool World::is_pending(model::DeliveryId id) {
    return delivery(id).outcome == model::DeliveryOutcome::pending;
}

std::vector<store::RunRow> World::runs(model::DeliveryId id) {
    return database
        .read([&](store::Connection& db) -> Result<std::vector<store::RunRow>> {
            std::vector<store::RunRow> rows;
            for (const auto run : store::list_runs_of_delivery(db, id)) {
                rows.push_back(store::find_run(db, run).value());
            }
            return rows;
        })
        .value();
}

model::Event make_push(const std::string& name, const std::string& sha, const std::string& branch) {
    model::Event event;
    event.name = "push";
    event.repository = "acme/" + name;
    event.repository_id = 4711;
    event.ref = "refs/heads/" + branch;
    event.branch = branch;
    event.sha = sha;
    event.before = std::string(40, '0');
    event.default_branch = "main";
    event.actor = "ada";
    event.title = "change";
    event.message = "change";
    event.commits = 1;
    return event;
}

}  // namespace triphammer::testing
