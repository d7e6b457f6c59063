#pragma once
// Handlers of environments, their deployments and the questions to people before those.

#include "api/call/call.hpp"

namespace triphammer::api {

// deployment_handlers.cpp
Answer list_environments(Services& services, Call call);
Answer list_deployments(Services& services, Call call);
Answer show_deployment(Services& services, Call call);
Answer settle_deployment(Services& services, Call call);

// approval_handlers.cpp: what waits for people, and under which rules
Answer list_approvals(Services& services, Call call);
Answer show_approval(Services& services, Call call);
Answer approve(Services& services, Call call);
Answer reject(Services& services, Call call);
Answer show_environment(Services& services, Call call);
Answer set_environment(Services& services, Call call);
Answer set_fork_approval(Services& services, Call call);

}  // namespace triphammer::api
