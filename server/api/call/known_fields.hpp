#pragma once

#include "base/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace triphammer::api {

/// Code::invalid names a field of the body that is none of `known`: one that is overlooked would do
/// something else than was meant.
Result<> check_fields(const nlohmann::json& body, const std::vector<std::string>& known);

}  // namespace triphammer::api
