#pragma once
// What an event starts, without a server: `triphammer plan` and `triphammer run` ask the daemon's
// own planner. Nothing is fetched: where only git could tell what changed, path filters pass.

#include "cli/paint.hpp"
#include "cli/workflow_file.hpp"
#include "plan/plan.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace triphammer::cli {

/// The tree that a workflow's file stands in: the nearest folder above with .git, else what is
/// above the workflows' own folder.
std::filesystem::path find_root(const std::string& file);

struct LocalQuestion {
    const WorkflowText& file;
    const model::Event& event;
    std::string_view payload;             // the webhook's body
    std::filesystem::path root;           // the tree that called workflows are looked for in
    std::vector<std::string> allow = {};  // codes that are lowered to warnings
    std::vector<std::pair<std::string, std::string>> variables = {};
};

/// Runs of the file alone. Code::invalid: the payload does not say enough.
Result<plan::Plan> make_local_plan(const LocalQuestion& question);

/// What keeps a run of the plan from beginning (calls that do not fit), a line each; empty:
/// nothing.
std::string list_refusals(const plan::Plan& plan, const Paint& paint);

/// {"starts", "runs": [{"workflow", "title", "jobs": […]}], "reasons": tree}.
nlohmann::json to_json(const plan::Plan& plan);

/// The reason tree, then the jobs with their steps, in the order in which they can start.
std::string to_text(const plan::Plan& plan, const Paint& paint);

/// How a person calls a step: its name, or the first line of what it does.
std::string title_of(const model::Step& step);

}  // namespace triphammer::cli
