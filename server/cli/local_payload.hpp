#pragma once
// The body that a forge would send with an event that nobody sent.

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

}  // namespace triphammer::cli
