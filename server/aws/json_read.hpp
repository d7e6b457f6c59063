#pragma once
// Members of answers that nobody vouches for: what is missing or of another type reads as empty.

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace triphammer::aws {

std::string text_at(const nlohmann::json& object, const char* name);
std::int64_t number_at(const nlohmann::json& object, const char* name);
bool flag_at(const nlohmann::json& object, const char* name);

/// The member where it is a list, else an empty one.
const nlohmann::json& list_at(const nlohmann::json& object, const char* name);

/// The member where it is an object, else an empty one.
const nlohmann::json& object_at(const nlohmann::json& object, const char* name);

}  // namespace triphammer::aws
