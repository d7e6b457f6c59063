#pragma once
// `strategy.matrix`: from axes, exclude and include to combinations. Pure.
// Source: GitHub's pages "Running variations of jobs in a workflow" and "Workflow syntax",
// jobs.<job_id>.strategy.

#include "base/result.hpp"
#include "model/template.hpp"
#include "workflow/expression/evaluator.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace triphammer::plan {

inline constexpr std::size_t kMaxCombinations = 256;

/// A value of the file with its expressions evaluated; a text that is one expression keeps the
/// kind of what it gives.
Result<workflow::expression::Value> evaluate_data(
    const model::Data& data, const workflow::expression::Contexts& contexts
);

/// In the order in which the jobs are made: the first axis changes slowest, what `include` adds
/// comes last. Error `invalid`: an axis is no list or empty, an entry is no map, there is no
/// combination, or there are more than kMaxCombinations.
Result<std::vector<workflow::expression::Object>> expand_matrix(
    const workflow::expression::Value& matrix
);

/// "(18, linux)": every plain value of a combination, at most 100 characters of them.
std::string to_suffix(const workflow::expression::Object& combination);

}  // namespace triphammer::plan
