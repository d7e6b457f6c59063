#pragma once
// What happens next in a run: one rule for the queue (SQL) and for runs without a server. Pure.
// Source: GitHub's pages "Workflow syntax" (needs, if, continue-on-error) and "Expressions" (status
// check functions).

#include "base/result.hpp"
#include "model/reason.hpp"
#include "model/states.hpp"
#include "model/workflow.hpp"
#include "plan/job_values.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::plan {

/// A job as it stands now. Everything is borrowed for the call.
struct JobFacts {
    std::string_view key;        // unique in the run
    std::string_view node = {};  // the workflow's job; the legs of its matrix share it; empty: key
    std::string_view parent = {};  // key of the job that calls the workflow it stands in
    model::JobState state = model::JobState::blocked;
    model::Cause cause = model::Cause::none;
    std::int64_t attempt = 1;  // of the run, in which it was to begin last
    bool continue_on_error = false;
    bool is_stopping = false;                          // it runs, and was asked to end
    bool is_held = false;                              // a call that waits for a concurrency group
    const model::JobDefinition* definition = nullptr;  // never null; holds `needs` and `if`
    std::string_view contexts_json =
        "{}";  // its own: matrix, strategy, inputs of a called workflow
    std::string_view outputs_json = "{}";
};

struct RunFacts {
    std::vector<JobFacts> jobs;
    std::string_view contexts_json = "{}";  // PlannedRun::contexts_json
    std::string id = {};                    // github.run_id, run_number, run_attempt
    std::int64_t number = 0;
    std::int64_t attempt = 1;
    bool cancelled = false;  // somebody asked to cancel the run
    bool held = false;       // it waits for its concurrency group: no job has its turn
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
    std::vector<Group> groups;  // of a call two, where its workflow has one, too
    std::string contexts_json;  // its own ones from now on; empty: as they were
    std::string outputs_json;   // of a call that has ended
};

/// A job whose matrix is known now: its row becomes the first leg, the others come behind it. All
/// are blocked until the next call.
struct Expansion {
    std::string key;
    std::vector<Leg> legs;
};

/// A running job that has to end because another leg of its matrix failed.
struct Stop {
    std::string key;
    std::string reason;
};

struct Advance {
    std::vector<Transition> transitions;
    std::vector<Expansion> expansions;  // where there are any: apply them and ask again
    std::vector<Stop> stops;
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
