#pragma once
// What the keys of `deploy: { to: container }` ask of each other, before a job starts.

#include "workflow/schema/shape.hpp"

namespace triphammer::workflow {

/// `switch` with its ports or networks, `host` with what proves both sides.
void check_deploy_of_container(const Node& deploy, Report& report);

}  // namespace triphammer::workflow
