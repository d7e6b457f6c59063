#pragma once
// A list of steps that see each other: the job's own, or those of a composite action.

#include "runner/job_actions.hpp"
#include "runner/session.hpp"
#include "runner/step_result.hpp"

#include <string>

namespace triphammer::runner {

/// What an action gives its steps, over what the job gives.
struct ActionLayer {
    workflow::expression::Object inputs;
    Environment environment;  // `env` of the steps that use it
    std::string path;         // github.action_path, as the steps see it
    std::string repository;   // OWNER/REPO of a remote one
    std::string ref;
    int depth = 1;                 // actions inside each other
    std::optional<Instant> until;  // the time limit of the step that uses it
};

/// Where a step stands: its log, and a name for its files that no other step has.
struct StepPlace {
    int log = 0;
    std::string key;
};

class StepScope {
  public:
    /// The job's own steps. `session` outlives it.
    explicit StepScope(Session& session)
        : session_{session}, actions_{std::make_shared<JobActions>()} {}

    /// Those of an action that a step of `outer` uses; `outer` outlives it.
    StepScope(StepScope& outer, ActionLayer layer)
        : session_{outer.session_}, actions_{outer.actions_}, layer_{std::move(layer)} {}

    Session& session() { return session_; }

    const Session& session() const { return session_; }

    /// The job's, whatever the scope.
    JobActions& actions() { return *actions_; }

    /// Null: the job's own.
    const ActionLayer* layer() const { return layer_ ? &*layer_ : nullptr; }

    /// The variables that a step finds: the workflow's, the job's, GITHUB_ENV's, the action's.
    Environment environment() const;
    /// What expressions see where `environment` is the `env` context.
    workflow::expression::Contexts contexts_with(const Environment& environment) const;

    workflow::expression::Contexts contexts() const { return contexts_with(environment()); }

    /// What success() & co. answer here.
    workflow::expression::StatusFacts status() const;

    /// What later steps see of one that has ended, and what it means for the scope. `forgiven`:
    /// its failure does not count.
    void settle(const std::string& id, const StepResult& result, bool forgiven);

    /// The first failure that counts.
    const std::optional<StepResult>& failure() const { return failure_; }

    /// What the time limit of the step that uses the action leaves; at least a millisecond.
    std::optional<Milliseconds> time_left() const;

    /// The shell and the folder of steps that name none: the job's, else the workflow's; an
    /// action's steps have none.
    model::Template default_of(model::Template model::Defaults::*which) const;

  private:
    workflow::expression::Value github() const;

    Session& session_;
    std::shared_ptr<JobActions> actions_;
    std::optional<ActionLayer> layer_;
    workflow::expression::Object steps_;
    std::optional<StepResult> failure_;
};

}  // namespace triphammer::runner
