#pragma once
// A digest that the ledger knows, deployed again without a build: back to what was good before, or
// on to another environment. It becomes a run of its own with one job, which goes through every
// gate of its environment and through every proof (docs/adr/0064). Plain functions, run on the
// writer thread.

#include "base/result.hpp"
#include "store/deployments/redeployment_store.hpp"

#include <optional>
#include <string>

namespace triphammer::deployments {

enum class RedeployKind { rollback, promotion };

/// The name in the ledger and in the API: "rollback", "promotion".
std::string_view name_of(RedeployKind kind);
std::optional<RedeployKind> parse_redeploy_kind(std::string_view name);

struct RedeployRequest {
    RedeployKind kind = RedeployKind::rollback;
    model::RepositoryId repository = {};
    std::string environment = {};         // what changes
    std::string from = {};                // of a promotion: where the digest serves now
    std::string target = {};              // what changes there; empty: the only one
    model::DeploymentId deployment = {};  // whose digest; none: that of the last good one
    std::string actor = {};
};

/// What would be done. Nothing is written yet.
struct Redeploy {
    RedeployKind kind = RedeployKind::rollback;
    store::DeploymentRow source;               // whose digest
    store::DeploymentRow definition;           // whose job says how
    std::optional<store::DeploymentRow> live;  // what serves now
};

/// The deployment that a rollback of `live` goes to where nobody names one: the newest good one
/// before it with another digest. What is itself a rollback goes back from where that one went to.
std::optional<store::DeploymentRow> find_way_back(
    store::Connection& db, const store::DeploymentRow& live
);

/// Whether the row has an image by its digest: what a program, a load balancer or Terraform did has
/// none, and cannot be deployed again by one.
bool names_image(const store::DeploymentRow& row);

/// Code::not_found: there is no such row. Code::conflict: it cannot be done now; the message says
/// what to do. Code::invalid: several would do, or the row cannot be deployed again.
Result<Redeploy> choose_redeploy(store::Connection& db, const RedeployRequest& request);

/// Its run, with one queued job.
Result<model::RunId> start_redeploy(
    store::Transaction& tx, const Redeploy& redeploy, const std::string& actor
);

}  // namespace triphammer::deployments
