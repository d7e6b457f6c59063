#include "workflow/yaml/scalar.hpp"

#include "workflow/expression/value.hpp"

#include <algorithm>
#include <cmath>

namespace triphammer::workflow {

namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_true(std::string_view text) {
    return is_one_of(text, {"true", "True", "TRUE"});
}

bool is_boolean(std::string_view text) {
    return is_true(text) || is_one_of(text, {"false", "False", "FALSE"});
}

/// .inf and .nan, which expressions spell otherwise.
bool is_special_number(std::string_view text) {
    return is_one_of(
        text,
        {".inf",
         ".Inf",
         ".INF",
         "+.inf",
         "+.Inf",
         "+.INF",
         "-.inf",
         "-.Inf",
         "-.INF",
         ".nan",
         ".NaN",
         ".NAN"}
    );
}

bool is_number(std::string_view text) {
    constexpr std::string_view kFirst = "+-.0123456789";
    if (text.empty() || kFirst.find(text[0]) == std::string_view::npos) return false;
    if (is_special_number(text)) return true;
    if (text.find_first_of("IN") != std::string_view::npos) return false;
    return !std::isnan(expression::parse_number(text));
}

std::string number_as_text(std::string_view text) {
    if (!is_special_number(text)) return expression::number_text(expression::parse_number(text));
    if (text.ends_with("an") || text.ends_with("AN") || text.ends_with("aN")) return "NaN";
    return text[0] == '-' ? "-Infinity" : "Infinity";
}

}  // namespace

ScalarKind scalar_kind(const Node& node) {
    if (node.kind == NodeKind::null) return ScalarKind::null;
    if (!node.plain) return ScalarKind::text;
    if (is_boolean(node.text)) return ScalarKind::boolean;
    if (is_number(node.text)) return ScalarKind::number;
    return node.text.empty() ? ScalarKind::null : ScalarKind::text;
}

bool is_number_text(std::string_view text) {
    return is_number(text);
}

std::string scalar_text(const Node& node) {
    switch (scalar_kind(node)) {
        case ScalarKind::null:
            return {};
        case ScalarKind::boolean:
            return is_true(node.text) ? "true" : "false";
        case ScalarKind::number:
            return number_as_text(node.text);
        case ScalarKind::text:
            return node.text;
    }
    return {};
}

}  // namespace triphammer::workflow
