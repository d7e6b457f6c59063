#pragma once
// `step_summaries`: what the steps of an attempt wrote to GITHUB_STEP_SUMMARY.

#include "store/sqlite/transaction.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct SummaryPart {
    std::int64_t step = 0;
    std::int64_t part = 0;  // counts from 0
    std::string_view text = {};
};

void append_summary(Transaction& tx, model::Fence attempt, const SummaryPart& part);

struct StepSummary {
    std::int64_t step = 0;
    std::string step_name;
    std::string markdown;
};

/// Whole ones, in the order of the steps, at most `most`.
std::vector<StepSummary> list_summaries(Connection& db, model::Fence attempt, std::size_t most);

}  // namespace triphammer::store
