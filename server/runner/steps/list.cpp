#include "runner/steps/list.hpp"

namespace triphammer::runner {

std::vector<ListedStep> list_steps(const std::vector<model::Step>& steps, int before) {
    std::vector<ListedStep> out;
    const auto add = [&](const model::Step& step, bool in_group) {
        out.push_back({before + static_cast<int>(out.size()) + 1, &step, in_group});
    };
    for (const auto& step : steps) {
        for (const auto& inner : step.parallel) add(inner, true);
        add(step, false);
    }
    return out;
}

protocol::StepEnd end_record(int number, StepResult result) {
    protocol::StepEnd out;
    out.number = number;
    out.state = result.state;
    out.cause = result.cause;
    out.exit_status = result.exit_status;
    out.reason = std::move(result.reason);
    out.annotations = std::move(result.annotations);
    return out;
}

}  // namespace triphammer::runner
