#pragma once
// What can be said about an event before any file is read.

#include "model/event.hpp"
#include "model/reason.hpp"

#include <optional>
#include <string_view>

namespace triphammer::plan {

/// Why the event can start nothing, whatever the files say; nothing when they decide.
/// Source for skip markers: GitHub's page "Skipping workflow runs".
std::optional<model::Reason> find_refusal(const model::Event& event);

/// The other event that a delivery means: GitHub sends `pull_request` for workflows on
/// pull_request_target, too. These run for the base branch, with its files.
std::optional<model::Event> find_second_event(const model::Event& event);

/// The ref whose commit must be found first; empty when the event names its commit itself.
std::string ref_to_resolve(const model::Event& event);

/// The ref that a run belongs to (`github.ref`); empty where the event names a commit alone, as
/// deployments of one do.
std::string run_ref(const model::Event& event);

/// The marker in a commit's message that asks for no run: "[skip ci]", …; empty without one.
std::string_view find_skip_marker(std::string_view message);

}  // namespace triphammer::plan
