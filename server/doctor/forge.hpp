#pragma once
// `triphammer doctor github`: of each repository its hook, whether this server may report there,
// and what its default branch waits for; of the GitHub App its permissions, events and hook.

#include "base/clock.hpp"
#include "doctor/finding.hpp"
#include "github/hook_state.hpp"
#include "github/installations.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::doctor {

struct RepositoryHealth {
    std::string name;        // OWNER/NAME
    std::string wanted_url;  // of its hook; empty: nobody has said where this server is
    bool is_by_app = false;  // the App is installed: its events come through the App's hook
    bool was_asked = false;  // there is a token for it
    std::string problem;     // why GitHub shows nothing of it
    github::RepositoryState state;
    bool is_hook_shown = false;
    std::optional<github::HookState> hook;  // where shown; nothing: there is none
    std::string hook_problem;               // why it is not shown
    std::string status_error;               // of the last commit status
    std::string deployment_error;           // of the last deployment
    std::vector<std::string> required;      // contexts that the default branch waits for
    std::vector<std::string> reported;      // contexts that this server has reported
    std::vector<std::string> others;        // contexts at the branch's newest commit
};

struct AppHealth {
    std::string problem;  // why it could not be asked
    std::string page;     // its settings at GitHub
    std::vector<std::string> events;
    std::string hook_url;
    std::string wanted_url;
    std::vector<github::Place> places;
};

struct ForgeHealth {
    std::string github_url;
    bool polls = false;
    std::vector<RepositoryHealth> repositories;
    std::optional<AppHealth> app;
};

/// Pure.
Findings examine(const ForgeHealth& health);

}  // namespace triphammer::doctor
