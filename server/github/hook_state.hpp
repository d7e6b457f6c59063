#pragma once
// What GitHub has of a repository: its hook as it stands, and what its default branch waits for.
// Sources: "REST API endpoints for repository webhooks", "… for branches", "… for rules".

#include "github/hooks.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::github {

struct HookState {
    std::string url;
    bool is_active = false;
    std::vector<std::string> events;
    LastResponse last;
};

/// Which of a repository's hooks: the one with this id, else with this address.
struct HookSought {
    std::int64_t id = 0;
    std::string url;
};

struct RepositoryState {
    std::string default_branch;
    bool is_private = false;
    std::optional<std::string> scopes;  // of a classic token
};

// All on the logic thread; the client outlives the call. Errors are explain_refusal's.

Task<Result<RepositoryState>> read_state(const Client& client, std::string repository);

/// Nothing: GitHub has no such hook.
Task<Result<std::optional<HookState>>> read_hook_state(
    const Client& client, std::string repository, HookSought sought
);

/// The contexts that a pull request to the branch waits for, by protection or rules.
Task<Result<std::vector<std::string>>> read_required(
    const Client& client, std::string repository, std::string branch
);

/// The contexts and checks that anybody reported for the branch's newest commit.
Task<Result<std::vector<std::string>>> read_reported(
    const Client& client, std::string repository, std::string branch
);

}  // namespace triphammer::github
