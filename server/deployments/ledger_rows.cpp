#include "deployments/ledger_rows.hpp"

#include "store/runs/attempt_store.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace triphammer::deployments {

using nlohmann::json;

namespace {

rollout::EffectState parse_effect_state(std::string_view name) {
    if (name == "ok") return rollout::EffectState::ok;
    return name == "failed" ? rollout::EffectState::failed : rollout::EffectState::open;
}

}  // namespace

Result<rollout::Effects> to_effects(const std::vector<store::EffectRow>& rows) {
    rollout::Effects out;
    for (const auto& row : rows) {
        const auto kind = rollout::parse_effect_kind(row.kind);
        if (!kind) return Error{Code::internal, "the ledger holds an unknown effect " + row.kind};
        out.push_back({row.n, *kind, parse_effect_state(row.state), row.fence, row.idem});
    }
    return out;
}

json to_object(std::string_view text) {
    auto parsed = json::parse(text, nullptr, false);
    return parsed.is_object() ? parsed : json::object();
}

json to_array(std::string_view text) {
    auto parsed = json::parse(text, nullptr, false);
    return parsed.is_array() ? parsed : json::array();
}

std::string text_in(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

json collect_ids(const std::vector<store::EffectRow>& rows) {
    auto ids = json::object();
    for (const auto& row : rows) {
        const auto result = to_object(row.result_json);
        const auto own = result.find("ids");
        if (own != result.end() && own->is_object()) ids.update(*own);
    }
    return ids;
}

store::MigrationKey migration_key(const store::DeploymentRow& row, std::string digest) {
    return {row.repository, row.environment, row.target, std::move(digest)};
}

Result<store::DeploymentRow> get_deployment_of_job(store::Connection& db, model::JobId job) {
    auto row = store::find_deployment_of_job(db, job);
    if (!row) return not_found("job " + to_text(job) + " has no deployment");
    return std::move(*row);
}

std::int64_t count_losses(store::Connection& db, const store::DeploymentRow& row) {
    std::int64_t losses = 0;
    for (const auto& attempt : store::list_attempts(db, row.job)) {
        const bool is_of_this_row = attempt.ended_at && *attempt.ended_at >= row.created_at;
        if (is_of_this_row && attempt.cause == model::Cause::lost_runner) ++losses;
    }
    return losses;
}

}  // namespace triphammer::deployments
