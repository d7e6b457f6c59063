#pragma once
// What the expressions of a job's steps see, and the variables that every step gets.

#include "model/job_document.hpp"
#include "protocol/messages.hpp"
#include "runner/environment.hpp"
#include "runner/step_executor.hpp"
#include "workflow/expression/evaluator.hpp"

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

    workflow::expression::Contexts base_;
    workflow::expression::Object place_;  // members of `job`
    Environment environment_;
    Environment reserved_;
    std::string event_json_;
};

/// The file in `temp` that GITHUB_EVENT_PATH names.
constexpr const char* kEventFile = "event.json";

}  // namespace triphammer::runner
