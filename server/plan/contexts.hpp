#pragma once
// The contexts that planning knows: github, inputs, vars. Pure.
// Source: GitHub's page "Contexts reference".

#include "plan/plan.hpp"
#include "workflow/expression/evaluator.hpp"

#include <string>
#include <string_view>

namespace triphammer::plan {

/// `github.event` of an event whose payload nobody has: its facts in the payload's shape.
std::string make_payload(const model::Event& event);

/// `github.run_id`, `run_number`, `run_attempt`.
struct RunNumbers {
    std::string id{kRunIdMark};
    std::string number{kRunNumberMark};
    std::string attempt = "1";
};

/// What was known when a run was planned (PlannedRun::contexts_json), and its numbers. What nobody
/// can read is left out.
workflow::expression::Contexts read_contexts(
    std::string_view contexts_json, const RunNumbers& numbers = {}
);

/// What all workflows of one event share. Made once, because the payload is large.
class EventContexts {
  public:
    explicit EventContexts(const Question& question);

    struct Run {
        workflow::expression::Contexts contexts;
        std::string json;  // the same, as PlannedRun::contexts_json
    };

    /// For one workflow; `commit` is where its file was read.
    Run make(
        const std::string& name,
        const std::string& path,
        const std::string& commit,
        const workflow::expression::Value& inputs
    ) const;

  private:
    workflow::expression::Object github_;  // without `event`
    workflow::expression::Value event_;
    std::string event_json_;
    workflow::expression::Value vars_;
    std::string vars_json_;
};

}  // namespace triphammer::plan
