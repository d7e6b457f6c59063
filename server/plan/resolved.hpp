#pragma once
// A run's workflow as the server understood it, as YAML for people: aliases and defaults filled in,
// the legs of matrices and the jobs of called workflows one by one, expressions replaced by what
// planning knows. Secrets are not known here: what asks for one stays an expression, and what
// equals one is for the caller to hide. Pure.

#include "plan/plan.hpp"
#include "workflow/expression/evaluator.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::plan {

/// What an answer is cut at, between two jobs.
inline constexpr std::size_t kMostResolved = 1U << 20U;

/// What people may see of a value: an input may have been given a secret's. Empty: all of it.
using Hide = std::function<std::string(std::string_view)>;

/// Everything is borrowed for the call.
struct ResolvedJob {
    std::string_view key;     // unique in the run
    std::string_view parent;  // key of the job that calls the workflow it stands in
    std::string_view name;
    std::vector<std::string> needs;
    const model::JobDefinition* definition = nullptr;  // never null
    std::string_view contexts_json = "{}";  // its own: matrix, strategy, inputs of what it calls
};

struct ResolvedRun {
    std::string_view title;
    workflow::expression::Contexts contexts;    // read_contexts
    const model::Workflow* workflow = nullptr;  // its env and defaults; null: cannot be read
    std::vector<ResolvedJob> jobs;
    Hide hide = {};
};

/// Jobs beyond kMostResolved are left out, and a comment at the end says how many.
std::string write_resolved(const ResolvedRun& run);

/// One of the run's jobs as a tree with the language's own keys.
nlohmann::ordered_json resolve_job(const ResolvedRun& run, const ResolvedJob& job);

/// Of a run that was planned and is not there yet.
std::string write_resolved(const PlannedRun& run, const model::Workflow* workflow, Hide hide = {});

}  // namespace triphammer::plan
