#pragma once
// Questions to people, as the API shows them. Plain functions over a read connection.

#include "base/result.hpp"
#include "store/deployments/approval_store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace triphammer::api {

/// What is asked, how far it has come, and whether `actor` may answer.
Result<nlohmann::json> describe_approval(
    store::Connection& db, const store::ApprovalRow& approval, const std::string& actor
);

/// The same with what exactly would go out: the jobs of a fork's run, what is live in the
/// environment now, and where the difference can be read. `github_url` begins the addresses.
Result<nlohmann::json> describe_approval_fully(
    store::Connection& db,
    const store::ApprovalRow& approval,
    const std::string& actor,
    const std::string& github_url
);

}  // namespace triphammer::api
