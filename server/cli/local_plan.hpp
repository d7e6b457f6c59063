#pragma once
// What an event starts, without a server: `triphammer plan` and `triphammer run` ask the daemon's
// own planner. Nothing is fetched: where only git could tell what changed, path filters pass.

#include "cli/paint.hpp"
#include "cli/workflow_file.hpp"
#include "plan/plan.hpp"

#include <string>
#include <utility>
#include <vector>

namespace triphammer::cli {

struct LocalQuestion {
    const WorkflowText& file;
    const model::Event& event;
    std::string_view payload;  // the webhook's body
    std::vector<std::pair<std::string, std::string>> variables = {};
};

/// Runs of the file alone. Code::invalid: the payload does not say enough.
Result<plan::Plan> make_local_plan(const LocalQuestion& question);

/// {"starts", "runs": [{"workflow", "title", "jobs": […]}], "reasons": tree}.
nlohmann::json to_json(const plan::Plan& plan);

/// The reason tree, then the jobs with their steps, in the order in which they can start.
std::string to_text(const plan::Plan& plan, const Paint& paint);

/// How a person calls a step: its name, or the first line of what it does.
std::string title_of(const model::Step& step);

}  // namespace triphammer::cli
