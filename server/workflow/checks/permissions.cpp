#include "workflow/checks/permissions.hpp"

#include <algorithm>

namespace triphammer::workflow {

namespace {

int rank_of(const std::string& access) {
    if (access == "write") return 2;
    return access == "read" ? 1 : 0;
}

int access_to(const model::Permissions& permissions, const std::string& scope) {
    if (!permissions.all.empty()) return rank_of(permissions.all);
    const auto& scopes = permissions.scopes;
    const auto found = std::find_if(scopes.begin(), scopes.end(), [&scope](const auto& one) {
        return one.first == scope;
    });
    return found == scopes.end() ? 0 : rank_of(found->second);
}

}  // namespace

Grant allowed_permissions(const model::Workflow& workflow, const model::JobDefinition& job) {
    return job.permissions ? job.permissions : workflow.permissions;
}

std::string find_grown(const model::Permissions& wanted, const Grant& granted) {
    if (!granted) return {};
    if (!wanted.all.empty()) {
        return rank_of(wanted.all) > rank_of(granted->all) ? wanted.all + "-all" : "";
    }
    for (const auto& [scope, access] : wanted.scopes) {
        if (rank_of(access) > access_to(*granted, scope)) return scope + ": " + access;
    }
    return {};
}

}  // namespace triphammer::workflow
