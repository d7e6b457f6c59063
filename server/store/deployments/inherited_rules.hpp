#pragma once

#include "store/deployments/approval_store.hpp"

namespace triphammer::store {

/// Whether what counts in this environment is set for "*", because nothing is set for itself.
bool inherits_rules(Connection& db, const EnvironmentRow& environment);

}  // namespace triphammer::store
