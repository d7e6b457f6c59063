#include "deployments/needed_images.hpp"

#include "deployments/redeploy.hpp"
#include "store/deployments/approval_store.hpp"
#include "store/deployments/deployment_listing.hpp"
#include "store/deployments/redeployment_store.hpp"
#include "store/runs/run_listing.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::deployments {

namespace {

constexpr const char* kOpenRuns[] = {"queued", "running", "waiting"};

void add_runs(store::Connection& db, const store::RunQuery& query, NeededImages& out) {
    store::ListPage page;
    do {
        const auto listed = store::list_runs(db, query, page);
        for (const auto& one : listed.rows) out.runs.push_back(one.run.id);
        page.before = listed.next;
    } while (page.before != 0);
}

void add(std::set<std::string>& digests, const std::string& digest) {
    if (digest.starts_with("sha256:")) digests.insert(digest);
}

void add_served(store::Connection& db, NeededImages& out) {
    for (const auto& place : store::list_environments(db)) {
        for (const auto& live : store::list_live(db, place.repository, place.name)) {
            add(out.digests, live.digest);
            const auto back = find_way_back(db, live);
            if (back) add(out.digests, back->digest);
        }
    }
    for (const auto& open : store::list_open_deployments(db)) add(out.digests, open.digest);
    for (const auto& source : store::list_open_sources(db)) add(out.digests, source.digest);
}

void add_asked(store::Connection& db, NeededImages& out) {
    store::ApprovalQuery query;
    query.state = "pending";
    store::ListPage page;
    do {
        const auto listed = store::list_approvals(db, query, page);
        for (const auto& one : listed.rows) {
            const auto digests = nlohmann::json::parse(one.digests_json, nullptr, false);
            for (const auto& [job, digest] : digests.items()) {
                if (digest.is_string()) add(out.digests, digest.get<std::string>());
            }
        }
        page.before = listed.next;
    } while (page.before != 0);
}

}  // namespace

NeededImages list_needed_images(store::Connection& db, model::RepositoryId repository) {
    NeededImages out;
    for (const auto* state : kOpenRuns) {
        store::RunQuery query;
        query.among = {{repository}};  // by the state's index: few runs of any repository are open
        query.state = state;
        add_runs(db, query, out);
    }
    add_served(db, out);
    add_asked(db, out);
    return out;
}

}  // namespace triphammer::deployments
