#pragma once
// Values of the query protocol: an XML answer as a tree, and a tree as the fields of a form. All
// its scalars are strings. Pure.
// Source: the Smithy documentation of "AWS query protocol" (`member` of lists, dots in names).

#include "aws/client.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace triphammer::aws {

/// The contents of the root element. An element that holds `member` elements is a list, one that
/// holds others is an object, all others are strings. Code::invalid for what is no XML.
Result<nlohmann::json> read_query_answer(std::string_view xml);

/// Adds `value` as `name`, `name.member.1.Key` and so on; empty lists, objects and strings are left
/// out.
void add_to_form(Client::Form& form, const std::string& name, const nlohmann::json& value);

}  // namespace triphammer::aws
