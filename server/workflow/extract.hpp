#pragma once
// Reads single values of a checked mapping for build.cpp; what is not there is empty.

#include "workflow/node.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::workflow {

model::Template template_of(const Node& node);
model::Template template_at(const Node& map, std::string_view key);
/// `if`: without its outer ${{ }}.
model::Template condition_at(const Node& map, std::string_view key);
std::string text_at(const Node& map, std::string_view key);
/// One text or a list.
std::vector<std::string> texts_at(const Node& map, std::string_view key);
std::vector<model::Template> templates_at(const Node& map, std::string_view key);
model::Pairs pairs_at(const Node& map, std::string_view key);
bool flag_at(const Node& map, std::string_view key);

}  // namespace triphammer::workflow
