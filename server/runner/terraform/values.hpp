#pragma once
// Which values of a resource a plan changes, as lines for people. Pure.
// Source: developer.hashicorp.com/terraform/internals/json-format, "Change representation".

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace triphammer::runner {

/// 'size: 1 → 2', one for each attribute that is another one after, by name, at most 30. What the
/// provider calls sensitive is "(sensitive)", what only the apply tells "(known after apply)", and
/// what makes an update a replacement ends with "# forces replacement". `change` is the member of
/// that name; nothing for what is destroyed.
std::vector<std::string> describe_values(const nlohmann::json& change);

}  // namespace triphammer::runner
