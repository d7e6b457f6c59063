#pragma once
// Who asks, and what they may. Values.

#include "model/ids.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace triphammer::access {

/// Each includes the ones before it.
enum class Role { viewer, developer, approver, admin };

std::string_view name_of(Role role);
std::optional<Role> parse_role(std::string_view name);

struct Principal {
    std::string actor;  // "token:ci", "setup-link", "socket:root": what `changes.actor` shows
    Role role = Role::viewer;
    model::RepositoryId repository;  // none: all of them
    std::string id = {};             // "user:3", "token:7": what stays when a name is given anew

    friend bool operator==(const Principal&, const Principal&) = default;
};

/// Whether `who` has at least `needed` on `repository` (none: on the server as a whole, which a
/// principal of one repository never has).
bool is_allowed(const Principal& who, Role needed, model::RepositoryId repository);

}  // namespace triphammer::access
