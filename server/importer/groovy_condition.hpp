#pragma once

#include "importer/groovy_token.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::importer {

/// What a name (`params.X`) is in GitHub's expressions; nothing where it is not known.
using NameTranslator = std::function<std::optional<std::string>(const std::string&)>;

/// A condition of Groovy made of names, texts, numbers, == != && || !, brackets and the methods
/// startsWith, endsWith, contains, as an expression. Nothing: it is more than that.
std::optional<std::string> translate_condition(
    const std::vector<Token>& code, const NameTranslator& names
);

/// 'it''s'
std::string quote_expression(const std::string& text);

}  // namespace triphammer::importer
