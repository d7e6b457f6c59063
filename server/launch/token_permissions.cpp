#include "launch/token_permissions.hpp"

#include <algorithm>
#include <array>

namespace triphammer::launch {

namespace {

constexpr auto kScopes = std::to_array<std::string_view>({
    "actions",
    "artifact-metadata",
    "attestations",
    "checks",
    "contents",
    "deployments",
    "discussions",
    "issues",
    "packages",
    "pages",
    "pull-requests",
    "repository-projects",
    "security-events",
    "statuses",
    "vulnerability-alerts",
});

std::string name_at_api(std::string_view scope) {
    std::string name{scope};
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

/// Those that a token can have; none are left out.
github::Permissions list(const model::Permissions& said) {
    github::Permissions out;
    for (const auto scope : kScopes) {
        const auto& scopes = said.scopes;
        const auto found = std::find_if(scopes.begin(), scopes.end(), [scope](const auto& one) {
            return one.first == scope;
        });
        const auto access = found == scopes.end() ? said.all : found->second;
        if (access == "read" || access == "write") out[name_at_api(scope)] = access;
    }
    return out;
}

}  // namespace

github::Permissions make_token_permissions(const PermissionLevels& levels, bool is_read_only) {
    github::Permissions out{{"contents", "read"}, {"packages", "read"}};
    bool is_first = true;
    for (const auto& level : levels) {
        if (level) out = is_first ? list(*level) : github::meet(list(*level), out);
        is_first = false;
    }
    if (is_read_only) {
        for (auto& [name, access] : out) access = "read";
    }
    out["metadata"] = "read";
    return out;
}

std::string describe(const github::Permissions& permissions) {
    std::string out;
    for (const auto& [name, access] : permissions) {
        auto scope = name;
        std::replace(scope.begin(), scope.end(), '_', '-');
        out += (out.empty() ? "" : ", ") + scope + ": " + access;
    }
    return out;
}

}  // namespace triphammer::launch
