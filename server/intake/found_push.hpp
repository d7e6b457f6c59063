#pragma once
// A push that no delivery told of, in the form of the payload that GitHub would have sent. Pure.

#include "base/clock.hpp"
#include "github/deliveries.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace triphammer::intake {

/// Where such a delivery comes from, in the place of an address.
inline constexpr const char* kFoundSource = "branch heads";

struct FoundPush {
    std::string ref;
    std::string sha;
    std::string before;  // empty: the branch is new
    TimePoint before_seen_at;
};

/// `repository` and `commit` are the answers of GitHub's "Get a repository" and "Get a commit". The
/// same push gets the same GUID.
github::DeliveryText make_delivery(
    const FoundPush& push, const nlohmann::json& repository, const nlohmann::json& commit
);

}  // namespace triphammer::intake
