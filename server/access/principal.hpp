#pragma once
// Who asks, and what they may. Values.

#include "model/ids.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::access {

/// Each includes the ones before it. `none` is what a person has on the server who was given
/// repositories only; nobody asks for it.
enum class Role { none, viewer, developer, approver, admin };

std::string_view name_of(Role role);
std::optional<Role> parse_role(std::string_view name);

struct RepositoryRole {
    model::RepositoryId repository;
    Role role = Role::none;

    friend bool operator==(const RepositoryRole&, const RepositoryRole&) = default;
};

struct Principal {
    std::string actor;  // "token:ci", "setup-link", "socket:root": what `changes.actor` shows
    Role role = Role::viewer;        // on the server, and so on each repository
    model::RepositoryId repository;  // none: all of them
    std::string id = {};             // "user:3", "token:7": what stays when a name is given anew

    std::vector<RepositoryRole> grants = {};  // besides `role`; the stronger counts

    friend bool operator==(const Principal&, const Principal&) = default;
};

/// The stronger of the roles on the server and on this repository.
Role role_on(const Principal& who, model::RepositoryId repository);
/// The strongest anywhere: who has less than a route needs has nothing to look for there.
Role strongest_role(const Principal& who);
/// Whether every repository is visible, also those to come, and what belongs to none.
bool sees_all(const Principal& who);
/// The visible ones of who does not see all.
std::vector<model::RepositoryId> visible_repositories(const Principal& who);

/// Whether `who` has at least `needed` on `repository` (none: on the server as a whole, which a
/// principal of one repository never has).
bool is_allowed(const Principal& who, Role needed, model::RepositoryId repository);

}  // namespace triphammer::access
