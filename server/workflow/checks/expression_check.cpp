// The checker's half that looks into expressions: form, contexts, functions, text of outsiders.
#include "base/text.hpp"
#include "workflow/checks/checker.hpp"
#include "workflow/checks/untrusted.hpp"
#include "workflow/expression/functions.hpp"
#include "workflow/expression/names.hpp"
#include "workflow/expression/parser.hpp"
#include "workflow/expression/segments.hpp"

#include <algorithm>

namespace triphammer::workflow {

namespace {

using ExpressionKind = expression::NodeKind;

bool has_word(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const auto comma = words.find(", ");
        if (equal_ignoring_case(words.substr(0, comma), word)) return true;
        words = comma == std::string_view::npos ? "" : words.substr(comma + 2);
    }
    return false;
}

/// Functions that work in some places only.
bool is_special(std::string_view function) {
    return expression::is_status_function(function) || equal_ignoring_case(function, "hashFiles");
}

/// "ISSUE_TITLE" for github.event.issue.title.
std::string variable_for(std::string_view path) {
    const auto parts = split(path, '.');
    const auto first = parts.size() > 2 ? parts.size() - 2 : parts.size() - 1;
    std::string out;
    for (std::size_t i = first; i < parts.size(); ++i) {
        if (parts[i] == "*" || parts[i] == "event") continue;
        if (!out.empty()) out += '_';
        out += parts[i];
    }
    for (auto& c : out) {
        if (c == '-') c = '_';
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return out.empty() ? "VALUE" : out;
}

std::string env_form(std::string_view path, std::string_view expression) {
    const auto name = variable_for(path);
    return "env: { " + name + ": \"${{ " + std::string{trim(expression)} + " }}\" } and \"$" +
           name + "\" in the script";
}

}  // namespace

void Checker::check_condition(const Node& node, const Shape& shape) {
    if (trim(node.text).empty()) return;
    const auto inner = expression::strip_condition(node.text);
    const auto offset = static_cast<std::size_t>(inner.data() - node.text.data());
    if (!expression::has_expression(inner)) return check_expression(node, inner, offset, shape);
    check_segments(node, inner, offset, shape);
    const bool is_blank = !expression::has_expression(expression::strip_braces(inner));
    report_.warning(
        "always-true",
        node.at,
        is_blank
            ? "a blank or line end around ${{ }} makes this condition text, and that is always "
              "true"
            : "with text around ${{ }} this condition is text, and that is always true",
        is_blank ? "remove it (|- instead of |, >- instead of >), or leave ${{ }} out"
                 : "put one ${{ }} around all of it, or none"
    );
}

void Checker::check_segments(
    const Node& node, std::string_view text, std::size_t offset, const Shape& shape
) {
    const auto segments = expression::split_segments(text);
    if (!segments) {
        const auto& failure = segments.error();
        const auto at = source_.locate(node, offset + failure.position - 1);
        return report_.error("expression", at, failure.message);
    }
    for (const auto& segment : *segments) {
        if (!segment.is_expression || report_.is_full()) continue;
        check_expression(node, segment.text, offset + segment.offset, shape);
    }
}

void Checker::check_context(const expression::Node& context, const Shape& shape, Spot at) {
    if (context_bit(context.name) == 0) {
        report_.error(
            "unknown-context", source_.locate(at), expression::unknown_context_text(context.name)
        );
    } else if (!shape.place->allows(context.name)) {
        report_.error(
            "context-not-allowed",
            source_.locate(at),
            show(context.name) + " cannot be used here (" + std::string{shape.place->key} + ")",
            "allowed here: " + std::string{shape.place->contexts}
        );
    }
}

void Checker::check_function(const expression::Node& function, const Shape& shape, Spot at) {
    if (!is_special(function.name) || has_word(shape.place->functions, function.name)) return;
    report_.error(
        "function-not-allowed",
        source_.locate(at),
        function.name + "() cannot be used here (" + std::string{shape.place->key} + ")"
    );
}

void Checker::check_expression(
    const Node& node, std::string_view expression, std::size_t offset, const Shape& shape
) {
    const auto at = [&](std::size_t position) {
        return Spot{&node, offset + (position > 0 ? position - 1 : 0)};
    };
    const auto tree = expression::parse(expression);
    if (!tree) {
        const auto place = source_.locate(at(tree.error().position));
        return report_.error("expression", place, tree.error().message);
    }
    for (const auto& one : tree->nodes) {
        if (one.kind == ExpressionKind::context) check_context(one, shape, at(one.position));
        if (one.kind == ExpressionKind::function) check_function(one, shape, at(one.position));
    }
    for (auto& found : find_references(*tree)) {
        if (!shape.place->allows(found.path[0])) continue;
        references_.push_back({std::move(found.path), at(found.position), job_, step_});
    }
    if (shape.text != TextKind::script) return;
    if (const auto found = find_untrusted(*tree)) {
        report_.error(
            "untrusted-interpolation",
            source_.locate(at(found->position)),
            found->path + " is written by outsiders and would be run as part of this script",
            env_form(found->path, expression)
        );
    }
}

}  // namespace triphammer::workflow
