#include "api/deliveries/plan_json.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::api {

using nlohmann::json;

json runs_json(const std::vector<plan::PlannedRun>& planned) {
    auto runs = json::array();
    for (const auto& run : planned) {
        auto jobs = json::array();
        for (const auto& job : run.jobs) {
            jobs.push_back(
                {{"key", job.own_key()},
                 {"name", job.name},
                 {"state", name_of(job.state)},
                 {"stage", job.stage},
                 {"needs", job.needs},
                 {"reason", job.reason.text}}
            );
        }
        runs.push_back(
            {{"workflow", run.workflow}, {"path", run.path}, {"title", run.title}, {"jobs", jobs}}
        );
    }
    return runs;
}

json plan_json(const plan::Plan& plan) {
    return {
        {"outcome", plan.runs.empty() ? "ignored" : "started"},
        {"reason", plan.reason.text},
        {"reasons", plan.reason},
        {"would_start", runs_json(plan.runs)},
    };
}

json problems_json(const std::vector<model::Problem>& problems) {
    auto out = json::array();
    for (const auto& problem : problems) {
        const bool is_error = problem.severity == model::Problem::Severity::error;
        out.push_back({
            {"line", problem.at.line},
            {"column", problem.at.column},
            {"severity", is_error ? "error" : "warning"},
            {"code", problem.code},
            {"message", problem.message},
            {"hint", problem.hint},
        });
    }
    return out;
}

}  // namespace triphammer::api
