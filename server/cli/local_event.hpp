#pragma once
// Events that nobody sent: what `triphammer run` tells the planner of the tree that it is started
// in.

#include "base/result.hpp"
#include "git/tree_snapshot.hpp"
#include "model/event.hpp"
#include "model/workflow.hpp"

#include <string>
#include <utility>
#include <vector>

namespace triphammer::cli {

using Texts = std::vector<std::pair<std::string, std::string>>;

/// What the tree is the repository of: OWNER/NAME of its remote, or local/FOLDER.
std::string repository_of(const git::TreeSnapshot& tree);

/// `--event`: Code::invalid, with the nearest one, for a name that no workflow can wait for.
Result<> check_event_name(const std::string& name);

/// As a forge would say it of the tree's commit, the actor being its author.
model::Event make_event(
    const git::TreeSnapshot& tree, const model::Trigger& trigger, const Texts& inputs
);

/// Puts the tree in the place of the commit that a payload is about.
void use_tree(model::Event& event, const git::TreeSnapshot& tree);

/// The event that is meant when nobody names one: push, pull_request, workflow_dispatch, or the
/// first of the file. Null: the file has none.
const model::Trigger* choose_trigger(const model::Workflow& workflow);

/// The event that a payload is of: `asked`, or the only one that the workflow waits for.
/// Code::invalid lists them where there are several.
Result<std::string> choose_event(const model::Workflow& workflow, const std::string& asked);

/// How the workflow waits for an event; one of that name alone where it does not.
model::Trigger trigger_of(const model::Workflow& workflow, const std::string& event);

/// Whoever runs a workflow by hand means it, whatever branches and paths it waits for.
void drop_filters(model::Workflow& workflow);

}  // namespace triphammer::cli
