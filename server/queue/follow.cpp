#include "queue/follow.hpp"

#include "model/event.hpp"
#include "store/forge/delivery_store.hpp"
#include "store/repository_store.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace triphammer::queue {

using model::RunState;
using nlohmann::json;

namespace {

constexpr std::int64_t kLongestChain = 3;
constexpr std::string_view kHeads = "refs/heads/";

std::string dump(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// How many runs came before this one, each started by the end of the one before it.
std::int64_t chain_of(store::Connection& db, const store::RunRow& run) {
    if (run.event != "workflow_run" || !run.delivery) return 0;
    const auto delivery = store::find_delivery(db, run.delivery);
    const auto facts = json::parse(delivery ? delivery->facts_json : "null", nullptr, false);
    return facts.is_object() ? facts.get<model::Event>().chain : kLongestChain;
}

std::string branch_of(const store::RunRow& run, const json& contexts) {
    auto head = contexts.value(json::json_pointer{"/github/head_ref"}, std::string{});
    if (!head.empty()) return head;
    const auto& ref = run.ref;
    return ref.starts_with(kHeads) ? ref.substr(kHeads.size()) : "";
}

json conclusion_of(RunState state) {
    if (state == RunState::succeeded) return "success";
    if (state == RunState::failed) return "failure";
    if (state == RunState::cancelled) return "cancelled";
    return nullptr;
}

std::string_view status_of(std::string_view action) {
    if (action == "requested") return "queued";
    return action;
}

json describe(const store::RunRow& run, std::string_view action, const std::string& branch) {
    return {
        {"id", run.id.value},
        {"name", run.workflow},
        {"path", run.workflow_path},
        {"display_title", run.title},
        {"run_number", run.number},
        {"run_attempt", run.attempt},
        {"event", run.event},
        {"head_branch", branch},
        {"head_sha", run.sha},
        {"status", status_of(action)},
        {"conclusion", conclusion_of(run.state)},
        {"actor", {{"login", run.actor}}},
        {"triggering_actor", {{"login", run.actor}}},
        {"head_commit", {{"id", run.sha}, {"message", run.title}}},
    };
}

json describe(const store::RepositoryRow& repository) {
    return {
        {"id", repository.forge_id},
        {"full_name", repository.full_name},
        {"default_branch", repository.default_branch},
    };
}

}  // namespace

void tell_followers(store::Transaction& tx, const store::RunRow& run, std::string_view action) {
    if (!store::follows_runs(tx, run.repository)) return;
    const auto repository = store::find_repository(tx, run.repository);
    const auto chain = chain_of(tx, run) + 1;
    if (!repository || chain > kLongestChain) return;
    const auto contexts = json::parse(run.contexts_json, nullptr, false);
    model::Event event;
    event.name = "workflow_run";
    event.action = action;
    event.repository_id = repository->forge_id;
    event.repository = repository->full_name;
    event.clone_url = repository->clone_url;
    event.default_branch = repository->default_branch;
    event.branch = branch_of(run, contexts);
    event.workflow = run.workflow;
    event.actor = run.actor;
    event.title = run.title;
    event.chain = chain;
    store::NewDelivery delivery;
    delivery.guid =
        "run-" + to_text(run.id) + "-" + std::to_string(run.attempt) + "-" + std::string{action};
    delivery.event = event.name;
    delivery.action = action;
    delivery.repository = run.repository;
    delivery.facts_json = dump(event);
    delivery.body = dump({
        {"action", action},
        {"workflow_run", describe(run, action, event.branch)},
        {"workflow", {{"name", run.workflow}, {"path", run.workflow_path}}},
        {"repository", describe(*repository)},
        {"sender", {{"login", run.actor}}},
    });
    store::append_delivery(tx, delivery);
}

}  // namespace triphammer::queue
