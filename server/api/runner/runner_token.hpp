#pragma once

#include "api/call/call.hpp"
#include "base/result.hpp"
#include "model/ids.hpp"

#include <string>

namespace triphammer::store {
class Connection;
}

namespace triphammer::api {

/// What stands behind "Authorization: Bearer"; empty where there is none.
std::string token_of(const http::Request& request);

/// The attempt that the token is of. Code::unauthorized: of none that has not ended.
Result<model::Fence> find_fence(store::Connection& db, const std::string& token);

}  // namespace triphammer::api
