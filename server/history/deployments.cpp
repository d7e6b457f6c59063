#include "history/deployment_phases.hpp"
#include "history/json.hpp"
#include "store/deployments/approval_store.hpp"
#include "store/deployments/inherited_rules.hpp"
#include "store/deployments/redeployment_store.hpp"
#include "store/repository_store.hpp"

namespace triphammer::history {

namespace {

/// Who said that it may.
json describe_approvals(store::Connection& db, const store::DeploymentRow& deployment) {
    auto out = json::array();
    for (const auto& approval : store::list_approvals_of_job(db, deployment.job)) {
        const bool is_yes = approval.state == model::ApprovalState::approved &&
                            approval.run_attempt == deployment.run_attempt;
        if (!is_yes) continue;
        for (const auto& vote : store::list_votes(db, approval.id)) {
            out.push_back(
                {{"id", to_text(approval.id)}, {"actor", vote.actor}, {"at", to_time(vote.at)}}
            );
        }
    }
    return out;
}

std::string tell(const store::Redeployment& redeployment, const std::string& environment) {
    if (redeployment.kind == "promotion") return "promoted from " + environment;
    return "rollback of deployment " + to_text(redeployment.replaces) +
           " to digest of deployment " + to_text(redeployment.source);
}

json describe_phases(store::Connection& db, const store::DeploymentRow& deployment) {
    auto out = json::array();
    for (const auto& phase : list_phases(db, deployment)) {
        out.push_back({
            {"job", or_null(phase.job)},
            {"name", phase.name},
            {"from", to_time(phase.from)},
            {"to", to_time(phase.to)},
        });
    }
    return out;
}

/// null: it was built or named by its run.
json describe_redeployment(store::Connection& db, const store::DeploymentRow& deployment) {
    const auto made = store::find_redeployment(db, deployment.job);
    if (!made) return nullptr;
    const auto source = store::find_deployment(db, made->source);
    const auto environment = source ? source->environment : std::string{};
    return {
        {"kind", made->kind},
        {"deployment", to_text(made->source)},
        {"environment", environment},
        {"replaces", to_id(made->replaces)},
        {"actor", made->actor},
        {"text", tell(*made, environment)},
    };
}

json describe(store::Connection& db, const store::DeploymentRow& deployment) {
    return {
        {"id", to_text(deployment.id)},
        {"repository", store::name_of_repository(db, deployment.repository)},
        {"environment", deployment.environment},
        {"target", deployment.target},
        {"driver", deployment.driver},
        {"strategy", or_null(deployment.strategy)},
        {"image", or_null(deployment.image)},
        {"digest", or_null(deployment.digest)},
        {"sha", deployment.sha},
        {"run", to_text(deployment.run)},
        {"job", to_text(deployment.job)},
        {"state", name_of(deployment.state)},
        {"phase", name_of(deployment.phase)},
        {"reason", or_null(deployment.reason)},
        {"previous", to_id(deployment.previous)},
        {"redeployment", describe_redeployment(db, deployment)},
        {"approvals", describe_approvals(db, deployment)},
        {"probes", parse_column(deployment.probes_json)},
        {"created_at", to_time(deployment.created_at)},
        {"started_at", to_time(deployment.started_at)},
        {"finished_at", to_time(deployment.finished_at)},
    };
}

json describe_or_null(
    store::Connection& db, const std::optional<store::DeploymentRow>& deployment
) {
    return deployment ? describe(db, *deployment) : json(nullptr);
}

/// null: nobody can read them, and its jobs fail.
json describe_rules(store::Connection& db, const store::EnvironmentRow& environment) {
    const auto rules = store::rules_of(db, environment.repository, environment.name);
    if (!rules) return nullptr;
    auto out = model::to_rules_json(*rules);
    out["inherited"] = store::inherits_rules(db, environment);
    return out;
}

bool is_open(const store::DeploymentRow& deployment) {
    return !is_final(deployment.state);
}

json ways_back_of(
    store::Connection& db,
    const store::EnvironmentRow& environment,
    const std::vector<store::WayBackRow>& all
) {
    auto out = json::array();
    for (const auto& way : all) {
        const auto row = store::find_deployment(db, way.deployment);
        const bool is_here =
            row->repository == environment.repository && row->environment == environment.name;
        if (!is_here) continue;
        out.push_back({
            {"deployment", to_text(way.deployment)},
            {"source", to_text(way.source)},
            {"state", way.state},
            {"reason", or_null(way.reason)},
            {"looked_at", to_time(way.looked_at)},
        });
    }
    return out;
}

/// The newest one of an environment that `is_wanted`, among its last hundred.
template <class IsWanted>
std::optional<store::DeploymentRow> find_newest(
    store::Connection& db, const store::EnvironmentRow& environment, IsWanted is_wanted
) {
    store::DeploymentQuery query;
    query.repository = environment.repository;
    query.environment = environment.name;
    auto listed = store::list_deployments(db, query, {.limit = 100});
    for (auto& row : listed.rows) {
        if (is_wanted(row)) return std::move(row);
    }
    return {};
}

}  // namespace

Result<std::string> list_deployments(
    store::Connection& db, const DeploymentFilter& filter, const Page& page
) {
    auto read = read_page(page);
    if (!read) return read.error();
    if (!filter.state.empty() && !model::parse_state<model::DeploymentState>(filter.state)) {
        return invalid("there is no deployment state '" + filter.state + "'");
    }
    store::DeploymentQuery query;
    query.repository = filter.repository;
    query.among = filter.among;
    query.environment = filter.environment;
    query.state = filter.state;
    query.run = filter.run;
    const auto listed = store::list_deployments(db, query, *read);
    json out{{"items", json::array()}, {"next", next_cursor(listed.next)}};
    for (const auto& row : listed.rows) out["items"].push_back(describe(db, row));
    return to_text(out);
}

Result<std::string> get_deployment(store::Connection& db, model::DeploymentId id) {
    const auto deployment = store::find_deployment(db, id);
    if (!deployment) return not_found("there is no deployment " + to_text(id));
    auto out = describe(db, *deployment);
    out["excerpt"] = or_null(deployment->excerpt);
    out["target_ids"] = parse_column(deployment->target_ids_json);
    out["phases"] = describe_phases(db, *deployment);
    auto& effects = out["effects"] = json::array();
    for (const auto& effect : store::list_effects(db, id)) {
        effects.push_back({
            {"n", effect.n},
            {"kind", effect.kind},
            {"target", effect.target},
            {"state", effect.state},
            {"result", parse_column(effect.result_json)},
            {"opened_at", to_time(effect.opened_at)},
            {"closed_at", to_time(effect.closed_at)},
        });
    }
    return to_text(out);
}

Result<std::string> list_environments(store::Connection& db, const store::Among& among) {
    auto items = json::array();
    const auto ways = store::list_ways_back(db);
    for (const auto& environment : store::list_environments(db)) {
        if (!store::is_among(among, environment.repository)) continue;
        const auto current =
            find_newest(db, environment, [](const store::DeploymentRow& deployment) {
                return deployment.state == model::DeploymentState::succeeded;
            });
        items.push_back({
            {"repository", store::name_of_repository(db, environment.repository)},
            {"name", environment.name},
            {"rules", describe_rules(db, environment)},
            {"current", describe_or_null(db, current)},
            {"open", describe_or_null(db, find_newest(db, environment, is_open))},
            {"ways_back", ways_back_of(db, environment, ways)},
        });
    }
    return to_text({{"items", std::move(items)}, {"next", nullptr}});
}

}  // namespace triphammer::history
