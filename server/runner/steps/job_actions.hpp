#pragma once
// What the actions of one job leave for later: their last steps, and what was found for them.

#include "docker/reference.hpp"
#include "model/job_definition.hpp"
#include "protocol/messages.hpp"
#include "runner/session/step_executor.hpp"
#include "runner/steps/result.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace triphammer::runner {

class StepScope;
struct StepPlace;

/// What an action does at the job's end.
class PostStep {
  public:
    virtual ~PostStep() = default;
    /// "Post ./path"
    virtual std::string name() const = 0;
    /// `post-if`; empty: always.
    virtual const std::string& condition() const = 0;
    /// `job`: the job's own scope.
    virtual Task<StepResult> run(
        StepScope& job, StepExecutor& executor, const StepPlace& place, execution::StopToken& stop
    ) = 0;
};

/// A Node that is here.
struct NodeProgram {
    std::string path;
    std::string version;  // "v20.11.0"
};

struct JobActions {
    std::vector<std::unique_ptr<PostStep>> posts;  // in the order of their main steps
    std::optional<NodeProgram> node;
    std::map<std::string, docker::Credentials> logins;  // by registry; of docker/login-action
    std::set<std::string> fetched;                      // folders of remote actions that are here
    /// What `pre` programs that ran before the first step have saved; by the key of their step's
    /// place, which has kEarly in front then.
    std::map<std::string, protocol::Outputs> early_states;
};

inline const std::string kEarly = "early_";

/// Its condition, its work, what it means for the job.
Task<StepResult> run_post_step(
    StepScope& job, StepExecutor& executor, PostStep& post, const StepPlace& place
);

}  // namespace triphammer::runner
