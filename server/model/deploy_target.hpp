#pragma once
// What a deployment's lock, its ledger and its way back are about. One target has one name. Pure.

#include "model/job_kinds.hpp"

#include <string>
#include <string_view>

namespace triphammer::model {

/// "container/app"; of an engine elsewhere "container/app at ssh://deploy@web1": two engines may
/// have a service of one name. The texts of `deploy` are evaluated.
std::string name_deploy_target(const DeploySpec& deploy);

/// Writes what the name says into the texts that it was made from.
void set_deploy_target(DeploySpec& deploy, std::string_view target);

/// Whether the driver's target is on an engine that `host` names.
bool has_engine_elsewhere(const DeploySpec& deploy);

}  // namespace triphammer::model
