#pragma once
// Reads single values of a checked mapping for the builders; what is not there is empty.

#include "model/template.hpp"
#include "workflow/yaml/node.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::workflow {

/// The mapping under a key; an empty one where there is none.
const Node& map_at(const Node& map, std::string_view key);

model::Template template_of(const Node& node);
model::Template template_at(const Node& map, std::string_view key);
/// `if`: without its outer ${{ }}.
model::Template condition_at(const Node& map, std::string_view key);
/// The value of a key, also where the map is one expression: then that of the member which it
/// gives.
model::Template member_at(const Node& map, std::string_view key);
std::string text_at(const Node& map, std::string_view key);
/// One text or a list.
std::vector<std::string> texts_at(const Node& map, std::string_view key);
std::vector<model::Template> templates_at(const Node& map, std::string_view key);
/// One expression in the mapping's place is a pair without a name.
model::Pairs pairs_at(const Node& map, std::string_view key);
bool flag_at(const Node& map, std::string_view key);
/// A value of any shape.
model::Data data_of(const Node& node);

}  // namespace triphammer::workflow
