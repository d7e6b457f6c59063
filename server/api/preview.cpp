#include "api/handlers.hpp"
#include "api/reply.hpp"
#include "api/services.hpp"
#include "intake/planner.hpp"
#include "store/database.hpp"
#include "store/delivery_store.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

namespace {

json plan_json(const plan::Plan& plan) {
    auto runs = json::array();
    for (const auto& run : plan.runs) {
        auto jobs = json::array();
        for (const auto& job : run.jobs) {
            jobs.push_back({{"name", job.name}, {"state", name_of(job.state)}, {"stage", job.stage}}
            );
        }
        runs.push_back({{"workflow", run.workflow}, {"title", run.title}, {"jobs", jobs}});
    }
    return {
        {"outcome", plan.runs.empty() ? "ignored" : "started"},
        {"reason", plan.reason.text},
        {"reasons", plan.reason},
        {"would_start", runs},
    };
}

}  // namespace

Answer preview_delivery(Services& services, std::string guid, access::Principal who) {
    if (services.planner == nullptr) {
        co_return http::make_error(
            503, "unavailable", "a dry run needs the daemon: start it first"
        );
    }
    auto find = [&](store::Connection& connection) -> Result<model::DeliveryId> {
        const auto row = store::find_delivery_by_guid(connection, guid);
        const bool hidden = row && who.repository && row->repository != who.repository;
        if (!row || hidden) return not_found("no delivery has the id " + guid);
        return row->id;
    };
    auto asked = services.database.read(find);
    const auto id = co_await std::move(asked);
    if (!id) co_return http::make_error(id.error());
    auto planning = services.planner->preview(*id);
    const auto made = co_await std::move(planning);
    if (!made) co_return http::make_error(made.error());
    co_return reply(200, plan_json(made->plan));
}

}  // namespace triphammer::api
