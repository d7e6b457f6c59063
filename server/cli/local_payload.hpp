#pragma once
// The body that a forge would send with an event that nobody sent, whole or in part.

#include "base/result.hpp"
#include "cli/local_event.hpp"
#include "git/tree_snapshot.hpp"
#include "model/event.hpp"
#include "model/workflow.hpp"

#include <string>

namespace triphammer::cli {

/// JSON. What the tree does not say is as of a public repository that was made with its commit.
/// Source: GitHub's page "Webhook events and payloads".
std::string make_local_payload(
    const model::Event& event, const git::TreeSnapshot& tree, const model::Workflow& workflow
);

/// A payload of workflow_dispatch with what the command line gives as inputs, in the place of its
/// own. What is no such payload comes back as it is.
std::string with_inputs(const std::string& payload, const std::string& event, const Texts& inputs);

/// `given`, a JSON object, with what it leaves out as the tree says it: its own words stay. `event`
/// is what would be made up without it. Code::invalid: it is no such object.
Result<std::string> complete_payload(
    const std::string& given,
    model::Event event,
    const git::TreeSnapshot& tree,
    const model::Workflow& workflow
);

}  // namespace triphammer::cli
