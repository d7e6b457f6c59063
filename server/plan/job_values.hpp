#pragma once
// What a job's keys say once their expressions are evaluated. Pure.
// Source: GitHub's page "Workflow syntax", jobs.<job_id>.*

#include "base/result.hpp"
#include "model/workflow.hpp"
#include "workflow/expression/evaluator.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::plan {

/// What `queue: max` keeps. Source: GitHub's page "Control the concurrency of workflows and jobs".
inline constexpr int kLongestQueue = 100;

/// A concurrency group of the repository: one run or job of it at a time.
struct Group {
    std::string name;        // without case; empty: none
    bool cancels = false;    // cancel-in-progress
    bool keeps_all = false;  // queue: max; else a newer one drops those that wait
    int most = 0;            // that wait at once, where it keeps all; 0: no bound

    friend bool operator==(const Group&, const Group&) = default;
};

/// One job of a matrix.
struct Leg {
    std::string key;            // unique in the run: the job's key and its values
    std::string contexts_json;  // {"matrix": …, "strategy": …}

    friend bool operator==(const Leg&, const Leg&) = default;
};

/// `strategy` of a job without a matrix. Source: GitHub's page "Contexts reference".
workflow::expression::Value plain_strategy();

/// Whether the job becomes several by a matrix, as far as its file says.
bool has_matrix(const model::JobDefinition& job);

/// `node`: the key of the job that is expanded.
Result<std::vector<Leg>> make_legs(
    const model::JobDefinition& job,
    std::string_view node,
    const workflow::expression::Contexts& contexts
);

/// Labels of runs-on, joined; a job of ours without runs-on runs on the host.
Result<std::string> read_label(
    const model::JobDefinition& job, const workflow::expression::Contexts& contexts
);

/// False where nothing is written.
Result<bool> read_flag(const model::Template& text, const workflow::expression::Contexts& contexts);

/// A job with an environment is in the environment's group, where nobody is dropped, unless it
/// names another.
Result<Group> read_group(
    const model::JobDefinition& job,
    const std::string& environment,
    const workflow::expression::Contexts& contexts
);

/// Of a workflow.
Result<Group> read_group(
    const model::Concurrency& concurrency, const workflow::expression::Contexts& contexts
);

}  // namespace triphammer::plan
