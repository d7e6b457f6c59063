#pragma once
// A tree of values as YAML in blocks, for people. Pure.
// Source: YAML 1.2.2, chapters 7 (flow styles: a JSON text is one) and 8 (block styles).

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace triphammer::plan {

/// Ends with a line end. Texts of several lines become literal blocks; a text that YAML would read
/// as something else is quoted; bytes that are no UTF-8 are replaced.
std::string to_yaml(const nlohmann::ordered_json& value);

}  // namespace triphammer::plan
