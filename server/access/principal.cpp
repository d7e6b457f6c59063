#include "access/principal.hpp"

#include <array>

namespace triphammer::access {

namespace {

constexpr std::array<std::string_view, 4> kNames{"viewer", "developer", "approver", "admin"};

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
    return who.role >= needed;
}

}  // namespace triphammer::access
