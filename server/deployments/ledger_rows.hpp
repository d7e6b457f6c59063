#pragma once
// The ledger's rows as rollout's rules want them, and the JSON that is kept in them.

#include "rollout/effect.hpp"
#include "store/deployments/deployment_store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::deployments {

/// Code::internal for a kind that this release does not know.
Result<rollout::Effects> to_effects(const std::vector<store::EffectRow>& rows);

/// An object, whatever the text is (a runner's text is not trusted to be one).
nlohmann::json to_object(std::string_view text);
nlohmann::json to_array(std::string_view text);
std::string text_in(const nlohmann::json& object, const char* key);

/// The ids that the effects' results named, later ones over earlier ones.
nlohmann::json collect_ids(const std::vector<store::EffectRow>& rows);

/// The key of `before` for a version.
store::MigrationKey migration_key(const store::DeploymentRow& row, std::string digest);

/// The row of a job's deploy attempt. Code::not_found.
Result<store::DeploymentRow> get_deployment_of_job(store::Connection& db, model::JobId job);

/// Runners that this deployment has lost so far.
std::int64_t count_losses(store::Connection& db, const store::DeploymentRow& row);

}  // namespace triphammer::deployments
