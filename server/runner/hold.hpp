#pragma once
// `hold-on-failure` of a job: its folders stay for a while after it failed.

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "model/template.hpp"
#include "workflow/expression/evaluator.hpp"

#include <optional>
#include <string>

namespace triphammer::runner {

class Session;

/// `true` is an hour. Nothing: not at all. Code::invalid.
Result<std::optional<Milliseconds>> read_hold(
    const model::Template& text, const workflow::expression::Contexts& contexts
);

/// A workspace on an overlay is gone with this process: copies it to where the launcher finds it.
Task<Result<>> keep_workspace(Session& session);

/// Asks the launcher to keep the attempt's folder until `until`; for the job's reason: where it
/// will be, and how to look at it.
Result<std::string> ask_for_hold(const std::string& folder, TimePoint until);

}  // namespace triphammer::runner
