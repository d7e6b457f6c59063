#pragma once
// The steps of a job as the journal counts them.

#include "model/job_definition.hpp"
#include "protocol/messages.hpp"
#include "runner/steps/result.hpp"

#include <vector>

namespace triphammer::runner {

/// One line of the run page. The steps of a `parallel` group stand before the group itself, which
/// waits for them.
struct ListedStep {
    int number = 0;  // 0 is the set-up
    const model::Step* step = nullptr;
    bool in_group = false;
};

/// `steps` outlives the list; `before` steps were begun already.
std::vector<ListedStep> list_steps(const std::vector<model::Step>& steps, int before = 0);

protocol::StepEnd end_record(int number, StepResult result);

}  // namespace triphammer::runner
