#include "artifacts/scopes.hpp"

#include "model/event.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/repository_store.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace triphammer::artifacts {

namespace {

std::optional<model::PullRequest> find_pull_request(
    store::Connection& db, const store::RunRow& run
) {
    const auto delivery = store::find_delivery(db, run.delivery);
    if (!delivery) return {};
    const auto facts = nlohmann::json::parse(delivery->facts_json, nullptr, false);
    if (!facts.is_object()) return {};
    return facts.get<model::Event>().pull_request;
}

void add_branch(std::vector<std::string>& scopes, const std::string& branch) {
    if (branch.empty()) return;
    auto ref = "refs/heads/" + branch;
    if (std::find(scopes.begin(), scopes.end(), ref) == scopes.end())
        scopes.push_back(std::move(ref));
}

}  // namespace

CacheScopes find_cache_scopes(store::Connection& db, const store::RunRow& run) {
    CacheScopes out;
    auto own = run.ref;
    const auto pull = find_pull_request(db, run);
    if (pull) own = "refs/pull/" + std::to_string(pull->number) + "/merge";
    if (!own.empty()) out.readable.push_back(own);
    if (pull) add_branch(out.readable, pull->base_ref);
    if (const auto repository = store::find_repository(db, run.repository)) {
        add_branch(out.readable, repository->default_branch);
    }
    const bool from_fork = run.from_fork || (pull && pull->from_fork);
    if (!from_fork) out.writable = own;
    return out;
}

}  // namespace triphammer::artifacts
