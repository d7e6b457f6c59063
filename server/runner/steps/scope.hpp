#pragma once
// A list of steps that see each other: the job's own, or those of a composite action.

#include "runner/session/session.hpp"
#include "runner/steps/job_actions.hpp"
#include "runner/steps/result.hpp"

#include <string>
#include <utility>
#include <vector>

namespace triphammer::runner {

/// What an action gives its steps, over what the job gives.
struct ActionLayer {
    workflow::expression::Object inputs;
    Environment environment;  // `env` of the steps that use it
    std::string path;         // github.action_path, as the steps see it
    std::string repository;   // OWNER/REPO of a remote one
    std::string ref;
    bool is_of_steps = false;      // find.hpp
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
        : session_{outer.session_},
          actions_{outer.actions_},
          outer_{&outer},
          layer_{std::move(layer)} {}

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

    /// For a step that runs beside the others: it sees what this scope has now, what it changes is
    /// its own until `join`, and `stop` ends it. `stop` outlives the fork.
    StepScope fork(execution::StopToken& stop) const;
    /// The step of a fork has ended: later steps see its outputs and variables.
    void join(
        const StepScope& fork, const std::string& id, const StepResult& result, bool forgiven
    );

    /// What ends its steps early.
    execution::StopToken& stop();

    /// A variable for later steps.
    void set_variable(const std::string& name, const std::string& value);
    /// A folder before all others of PATH; `usual` is the PATH of a step that has none.
    void put_on_path(const std::string& path, const std::string& usual);

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
    /// What a fork changes.
    struct Changes {
        Environment environment;  // the job's, with the changes
        std::vector<std::pair<std::string, std::string>> variables;
        std::vector<std::pair<std::string, std::string>> paths;  // with the usual one
    };

    workflow::expression::Value github() const;
    const Environment& variables() const;
    void keep(const std::string& id, const StepResult& result, bool forgiven);

    Session& session_;
    std::shared_ptr<JobActions> actions_;
    StepScope* outer_ = nullptr;  // of an action's steps
    std::optional<ActionLayer> layer_;
    std::optional<Changes> changes_;            // of a fork
    execution::StopToken* own_stop_ = nullptr;  // of a fork
    workflow::expression::Object steps_;
    std::optional<StepResult> failure_;
};

}  // namespace triphammer::runner
