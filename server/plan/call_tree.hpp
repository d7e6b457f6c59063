#pragma once
// The workflows that a run's jobs call, put into the run: their jobs stand behind the job that
// calls them, as "caller / job". Pure.
// Source: GitHub's pages "Reuse workflows" and "Reusing workflow configurations".

#include "plan/advance.hpp"
#include "plan/plan.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::plan {

/// Names (called_path.hpp) of called workflows that nobody has brought yet.
std::vector<std::string> list_missing_calls(
    const model::Workflow& workflow, const Definitions& definitions
);

/// Adds the jobs of everything that is called, to a depth of four workflows. With an error among
/// the problems nothing of the run counts; their places are those of `workflow`'s file.
std::vector<model::Problem> add_calls(
    PlannedRun& run, const model::Workflow& workflow, const Question& question
);

/// The jobs of a call with a matrix belong to each of its legs. Everything of `jobs` that stands
/// under `expansion.key` is repeated.
void expand_jobs(std::vector<PlannedJob>& jobs, const Expansion& expansion);

/// `text` with another beginning, where it is `from` or stands under it ("from / …").
std::string move_under(const std::string& text, const std::string& from, const std::string& to);

}  // namespace triphammer::plan
