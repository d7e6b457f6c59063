#pragma once
// What planning says, in the contract's shapes. Pure.

#include "model/workflow.hpp"
#include "plan/plan.hpp"

#include <nlohmann/json_fwd.hpp>

#include <vector>

namespace triphammer::api {

/// {outcome, reason, reasons, would_start}
nlohmann::json plan_json(const plan::Plan& plan);

/// With their jobs: `would_start`.
nlohmann::json runs_json(const std::vector<plan::PlannedRun>& runs);

nlohmann::json problems_json(const std::vector<model::Problem>& problems);

}  // namespace triphammer::api
