#pragma once
// Deploys a digest of the ledger again: back to it, or on to another environment. What is chosen
// and refused, deployments/redeploy.hpp says.

#include "api/call/call.hpp"

namespace triphammer::api {

Task<http::Response> deploy_again(Services& services, Call call);

}  // namespace triphammer::api
