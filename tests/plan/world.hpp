#pragma once
// Builders for planning tests: an event, workflow files, and the answer.

#include "plan/plan.hpp"

#include <string>
#include <utility>
#include <vector>

namespace triphammer::plan {

using Files = std::vector<std::pair<std::string, std::string>>;  // path, text

model::Event a_push(const std::string& branch);
model::Event a_tag_push(const std::string& tag);
model::Event a_pull_request(const std::string& base, const std::string& action = "opened");
model::Event a_release(const std::string& action);

/// Everything that a question borrows, kept together.
struct World {
    model::Event event;
    Repository repository;
    Definitions definitions;
    ChangedPaths changed;
    bool knows_changed = true;
    std::string resolved_sha;
    std::string payload;

    World(model::Event what, const Files& files);

    Answer ask() const;
    /// Fails the running test when something is missing.
    Plan plan() const;
};

/// A workflow with one job, started by `on` (YAML in one line).
std::string workflow_on(const std::string& on);

/// Whether `event` starts a workflow with `on`; the reason's text when not.
std::string outcome(
    const std::string& on, const model::Event& event, const std::vector<std::string>& changed = {}
);

}  // namespace triphammer::plan
