#include "api/call/hiding.hpp"
#include "api/call/reply.hpp"
#include "api/call/services.hpp"
#include "api/deliveries/handlers.hpp"
#include "api/deliveries/plan_json.hpp"
#include "base/thread.hpp"
#include "intake/planner.hpp"
#include "plan/resolved.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"
#include "store/sqlite/database.hpp"
#include "workflow/reader.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <set>
#include <string>

namespace triphammer::api {

using nlohmann::json;

namespace {

using JobKeys = std::set<std::string>;

/// What the delivery started from this file when it came.
JobKeys list_past_jobs(store::Connection& db, model::DeliveryId delivery, const std::string& path) {
    JobKeys keys;
    for (const auto id : store::list_runs_of_delivery(db, delivery)) {
        const auto run = store::find_run(db, id);
        if (!run || run->workflow_path != path) continue;
        for (const auto& job : store::list_jobs(db, id)) keys.insert(job.key);
    }
    return keys;
}

json compare(const JobKeys& past, const plan::Plan& plan, const std::string& path) {
    JobKeys now;
    for (const auto& run : plan.runs) {
        if (run.path != path) continue;
        for (const auto& job : run.jobs) now.insert(job.own_key());
    }
    auto out = json::array();
    for (const auto& key : past) {
        if (now.count(key) == 0) out.push_back({{"job", key}, {"change", "removed"}});
    }
    for (const auto& key : now) {
        out.push_back({{"job", key}, {"change", past.count(key) == 0 ? "added" : "same"}});
    }
    return out;
}

/// What the draft becomes, beside each run that it would start.
json add_resolved(
    json answer, const plan::Plan& plan, const intake::Draft& draft, const Hiding& hiding
) {
    const auto read = workflow::read_workflow(draft.path, draft.text);
    if (!read.workflow) return answer;
    const auto hide = [&](std::string_view text) { return hiding.hide(text); };
    for (std::size_t i = 0; i < plan.runs.size(); ++i) {
        if (plan.runs[i].path != draft.path) continue;
        answer["would_start"][i]["resolved"] =
            plan::write_resolved(plan.runs[i], &*read.workflow, hide);
    }
    return answer;
}

struct Past {
    model::DeliveryId delivery;
    model::RepositoryId repository;
    JobKeys jobs;
};

Result<Past> find_past(
    store::Connection& db, const Call& call, const std::string& guid, const std::string& path
) {
    const auto unknown = not_found("no delivery has the id " + guid);
    const auto row = store::find_delivery_by_guid(db, guid);
    if (!row) return unknown;
    if (auto reached = check_reach(call, row->repository, unknown); !reached) {
        return reached.error();
    }
    return Past{row->id, row->repository, list_past_jobs(db, row->id, path)};
}

Error no_planner() {
    return Error{Code::unavailable, "a dry run needs the daemon: start it first"};
}

}  // namespace

Answer preview_delivery(Services& services, Call call) {
    if (services.planner == nullptr) {
        co_return http::make_error(no_planner());
    }
    auto find = [&](store::Connection& connection) -> Result<model::DeliveryId> {
        const auto past = find_past(connection, call, call.parameter(0), "");
        if (!past) return past.error();
        return past->delivery;
    };
    auto asked = services.database.read(find);
    const auto id = co_await std::move(asked);
    if (!id) co_return http::make_error(id.error());
    auto planning = services.planner->preview(*id);
    const auto made = co_await std::move(planning);
    if (!made) co_return http::make_error(made.error());
    co_return reply(200, plan_json(made->plan));
}

Answer preview_pipeline(Services& services, Call call) {
    const auto body = read_object(call);
    if (!body) co_return http::make_error(body.error());
    const auto guid = text_field(*body, "delivery");
    const auto path = text_field(*body, "path");
    const auto text = text_field(*body, "text");
    if (!guid) co_return http::make_error(guid.error());
    if (!path) co_return http::make_error(path.error());
    if (!text) co_return http::make_error(text.error());
    if (services.planner == nullptr) co_return http::make_error(no_planner());
    auto find = [&](store::Connection& db) { return find_past(db, call, *guid, *path); };
    auto asked = services.database.read(find);
    const auto past = co_await std::move(asked);
    if (!past) co_return http::make_error(past.error());
    // A text may name any variable and any called workflow: that is for who may also run it.
    const bool may_run = access::is_allowed(call.who, access::Role::developer, past->repository);
    const intake::Draft draft{*path, *text, may_run};
    auto planning = services.planner->preview(past->delivery, draft);
    const auto made = co_await std::move(planning);
    if (!made) co_return http::make_error(made.error());
    auto answer = plan_json(made->plan);
    answer["difference"] = compare(past->jobs, made->plan, *path);
    if (!may_run) co_return reply(200, answer);
    auto open = [&](store::Connection& db) -> Result<std::shared_ptr<const Hiding>> {
        return std::make_shared<const Hiding>(db, services.sealer, past->repository);
    };
    auto opening = services.database.read(open);
    const auto hiding = co_await std::move(opening);
    if (!hiding) co_return http::make_error(hiding.error());
    auto resolve = [&] { return add_resolved(answer, made->plan, draft, **hiding); };
    auto resolving = offload(*services.git_thread, resolve);
    const auto resolved = co_await std::move(resolving);
    co_return reply(200, resolved);
}

}  // namespace triphammer::api
