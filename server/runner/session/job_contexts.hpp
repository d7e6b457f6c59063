#pragma once
// What the expressions of a job's steps see, and the variables that every step gets.

#include "base/clock.hpp"
#include "model/job_document.hpp"
#include "protocol/messages.hpp"
#include "runner/session/environment.hpp"
#include "runner/session/step_executor.hpp"
#include "workflow/expression/evaluator.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace triphammer::runner {

class JobContexts {
  public:
    /// Code::invalid when the document's contexts or the job's `env` cannot be read.
    static Result<JobContexts> make(const model::JobDocument& document, const JobFolders& folders);

    /// github, env, vars, job, runner, secrets, strategy, matrix, needs, inputs; `steps` is added
    /// by their scope.
    workflow::expression::Contexts contexts() const;
    /// The same with a step's own `env` on top.
    workflow::expression::Contexts contexts_with(const Environment& step) const;

    /// The `github` context; an object.
    workflow::expression::Value github() const;

    /// The names that the steps see, where the executor gives others than before.
    void set_folders(const JobFolders& folders);

    /// For hashFiles; `outside` outlives this.
    void set_outside(workflow::expression::Outside& outside) { base_.outside = &outside; }

    /// What `job.container` and `job.services` say.
    void set_place(const JobPlace& place);
    /// success | failure | cancelled
    void set_job_status(std::string_view status);
    /// A member of the `job` context: container, services.
    void set_job_member(std::string_view name, workflow::expression::Value value);

    /// The workflow's own `secrets` or `vars` ask for ::debug:: lines (ACTIONS_STEP_DEBUG).
    bool is_debugging() const { return debugging_; }

    /// Whether the job has a GITHUB_TOKEN: a secret of that name.
    bool has_token() const { return has_token_; }

    /// When it ends, where that is known.
    std::optional<TimePoint> token_end() const { return token_end_; }

    /// For the steps to come.
    void set_token(const std::string& token, TimePoint end);

    /// Workflow's and job's `env`, then what steps wrote to GITHUB_ENV.
    Environment& environment() { return environment_; }

    const Environment& environment() const { return environment_; }

    /// GITHUB_* and RUNNER_*: nobody may replace them.
    const Environment& reserved() const { return reserved_; }

    /// github.event as JSON text, for GITHUB_EVENT_PATH.
    const std::string& event_json() const { return event_json_; }

  private:
    void add_github(const JobFolders& folders);
    void add_runner(const JobFolders& folders);
    void add_job(const model::JobDocument& document);
    void add_strategy();

    workflow::expression::Contexts base_;
    Environment environment_;
    Environment reserved_;
    std::string event_json_;
    workflow::expression::Object job_;
    bool debugging_ = false;
    bool has_token_ = false;
    std::optional<TimePoint> token_end_;
};

/// The file in `temp` that GITHUB_EVENT_PATH names.
constexpr const char* kEventFile = "event.json";
/// The folder in `temp` that RUNNER_TOOL_CACHE names.
constexpr const char* kToolsFolder = "tools";

}  // namespace triphammer::runner
