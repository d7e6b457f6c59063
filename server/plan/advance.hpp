#pragma once
// What happens next in a run: one rule for the queue (SQL) and for runs without a server. Pure.
// Source: GitHub's pages "Workflow syntax" (needs, if, continue-on-error) and "Expressions" (status
// check functions).

#include "base/result.hpp"
#include "model/reason.hpp"
#include "model/states.hpp"
#include "model/workflow.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::plan {

/// A job as it stands now. Everything is borrowed for the call.
struct JobFacts {
    std::string_view key;
    model::JobState state = model::JobState::blocked;
    model::Cause cause = model::Cause::none;
    bool continue_on_error = false;
    const model::JobDefinition* definition = nullptr;  // never null; holds `needs` and `if`
    std::string_view outputs_json = "{}";
};

struct RunFacts {
    std::vector<JobFacts> jobs;
    std::string_view contexts_json = "{}";  // PlannedRun::contexts_json
    bool cancelled = false;                 // somebody asked to cancel the run
};

struct Transition {
    std::string key;
    model::JobState state = model::JobState::queued;
    model::Cause cause = model::Cause::none;
    model::Reason reason;
    // Evaluated now that the needs are known; for state queued only.
    std::string name;
    std::string label;
    std::string environment;
    bool continue_on_error = false;
};

struct Advance {
    std::vector<Transition> transitions;
    model::RunState run = model::RunState::queued;
    model::Cause cause = model::Cause::none;  // of the first failed job that counts
};

/// Call after each end of a job and after a cancel; applying the transitions and asking again gives
/// no further ones.
Advance advance(const RunFacts& run);

/// The `needs` context of a job that is about to start: {"build": {"result": "success", "outputs":
/// {…}}}.
Result<std::string> needs_context(const RunFacts& run, std::string_view key);

}  // namespace triphammer::plan
