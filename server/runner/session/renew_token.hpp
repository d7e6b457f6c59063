#pragma once

#include "base/task.hpp"

namespace triphammer::runner {

class Session;

/// Before a step: a GITHUB_TOKEN that ends within a quarter of an hour is replaced by another one,
/// where the daemon has one to give. What runs already keeps what it has.
Task<> renew_token(Session& session);

}  // namespace triphammer::runner
