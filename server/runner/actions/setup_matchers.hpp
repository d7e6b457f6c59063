#pragma once
// Problem matchers that setup actions bring along, so that errors of a language's own tools are
// annotations without a word in the workflow.

#include "runner/actions/call.hpp"

#include <string_view>

namespace triphammer::runner {

/// A definition (execution/matcher_reader.hpp) under the owners that the public actions use, for
/// workflows take them away by these; empty: the tool has none. `tool`: python, node, go, java.
std::string_view matchers_of(std::string_view tool);

/// For all later steps of the job. One that does not go in any more is a warning in the log.
Task<> add_matchers(const ActionCall& call, std::string_view tool);

}  // namespace triphammer::runner
