#include "access/principal.hpp"

#include <algorithm>
#include <array>

namespace triphammer::access {

namespace {

constexpr std::array<std::string_view, 5> kNames{
    "none", "viewer", "developer", "approver", "admin"};

}  // namespace

std::string_view name_of(Role role) {
    return kNames[static_cast<std::size_t>(role)];
}

std::optional<Role> parse_role(std::string_view name) {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (kNames[i] == name) return static_cast<Role>(i);
    }
    return {};
}

bool is_allowed(const Principal& who, Role needed, model::RepositoryId repository) {
    if (who.repository && who.repository != repository) return false;
    return role_on(who, repository) >= needed;
}

Role role_on(const Principal& who, model::RepositoryId repository) {
    auto role = who.role;
    for (const auto& grant : who.grants) {
        if (repository && grant.repository == repository) role = std::max(role, grant.role);
    }
    return role;
}

Role strongest_role(const Principal& who) {
    auto role = who.role;
    for (const auto& grant : who.grants) role = std::max(role, grant.role);
    return role;
}

bool sees_all(const Principal& who) {
    return !who.repository && who.role >= Role::viewer;
}

std::vector<model::RepositoryId> visible_repositories(const Principal& who) {
    if (who.repository) return {who.repository};
    std::vector<model::RepositoryId> out;
    for (const auto& grant : who.grants) out.push_back(grant.repository);
    return out;
}

}  // namespace triphammer::access
