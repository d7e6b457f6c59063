#pragma once
// The names that stand for contexts. Source: GitHub's page "Contexts reference".

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::workflow::expression {

bool is_context_name(std::string_view name);
std::vector<std::string> list_contexts();
/// "unknown context 'gihub'; did you mean 'github'?"
std::string unknown_context_text(std::string_view name);

}  // namespace triphammer::workflow::expression
