#pragma once
// hashFiles() of one step where the job's files are not this machine's: in a container in which a
// step has run. An expression cannot wait. So all of the step's are evaluated to see what they ask
// for, that is asked where the files are, and they are evaluated again, until all is known.

#include "model/job_definition.hpp"
#include "runner/session/step_executor.hpp"
#include "workflow/expression/evaluator.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace triphammer::runner {

class AskedHashes final : public workflow::expression::Outside {
  public:
    /// What is known. Else, until all was asked, it is kept for `ask` and the answer is a guess.
    Result<std::string> hash_files(const std::vector<std::string>& patterns) override;

    /// Asks for what was not known, once for each. False: there was nothing, and that was all.
    Task<bool> ask(StepExecutor& executor, execution::StopToken& stop);

  private:
    using Patterns = std::vector<std::string>;

    std::map<Patterns, Result<std::string>> known_;
    std::set<Patterns> missing_;
    bool is_complete_ = false;
};

/// Evaluates all that the step says but its `env`, for what it asks for; mistakes are told later.
void evaluate_all(
    const model::Step& step,
    const workflow::expression::Contexts& contexts,
    const workflow::expression::StatusFacts& status
);

}  // namespace triphammer::runner
