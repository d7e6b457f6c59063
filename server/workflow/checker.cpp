#include "workflow/checker.hpp"

#include "base/text.hpp"
#include "workflow/expression/segments.hpp"
#include "workflow/scalar.hpp"

#include <algorithm>

namespace triphammer::workflow {

namespace {

std::string_view kind_text(const Node& node) {
    switch (node.kind) {
        case NodeKind::null:
            return "nothing";
        case NodeKind::sequence:
            return "a list";
        case NodeKind::mapping:
            return "keys with values";
        case NodeKind::scalar:
            break;
    }
    switch (scalar_kind(node)) {
        case ScalarKind::boolean:
            return "true or false";
        case ScalarKind::number:
            return "a number";
        default:
            return "text";
    }
}

bool is_whole_expression(const Node& node) {
    return expression::strip_braces(node.text).size() != node.text.size();
}

bool accepts_scalar(const Node& node, const Shape& shape) {
    if ((shape.accepts & kText) != 0) return true;
    if (shape.place != nullptr && is_whole_expression(node)) return true;
    const auto kind = scalar_kind(node);
    if (kind == ScalarKind::boolean) return (shape.accepts & kBoolean) != 0;
    return kind == ScalarKind::number && (shape.accepts & kNumber) != 0;
}

bool accepts_kind(const Node& node, const Shape& shape) {
    switch (node.kind) {
        case NodeKind::null:
            return (shape.accepts & kEmpty) != 0;
        case NodeKind::scalar:
            return accepts_scalar(node, shape);
        case NodeKind::sequence:
            return (shape.accepts & kList) != 0;
        case NodeKind::mapping:
            return (shape.accepts & kMap) != 0;
    }
    return false;
}

std::vector<std::string> names_of(std::span<const Key> keys) {
    std::vector<std::string> names;
    for (const auto& one : keys) names.emplace_back(one.name);
    return names;
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

bool is_identifier(std::string_view text) {
    if (text.empty() || !is_letter(text[0])) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return is_letter(c) || is_digit(c) || c == '-';
    });
}

bool is_duration(std::string_view text) {
    const auto digits = static_cast<std::size_t>(
        std::find_if_not(text.begin(), text.end(), is_digit) - text.begin()
    );
    const auto unit = text.substr(digits);
    if (digits == 0 || digits > 9) return false;
    return unit == "ms" || unit == "s" || unit == "m" || unit == "h";
}

void Checker::check(const Node& node, const Shape& shape, std::string_view key) {
    if (report_.is_full() || (shape.accepts & kAnything) != 0) return;
    if (!accepts(node, shape, key)) return;
    if (node.kind == NodeKind::scalar) check_scalar(node, shape, key);
    if (node.kind == NodeKind::mapping) check_map(node, shape, key);
    if (shape.item != nullptr) {
        for (const auto* item : node.items) check(*item, *shape.item, key);
    }
    if (shape.extra != nullptr) shape.extra(node, *this);
}

bool Checker::accepts(const Node& node, const Shape& shape, std::string_view key) {
    if (accepts_kind(node, shape)) return true;
    const auto name = show(key);
    if (node.kind == NodeKind::null) {
        report_.error(
            "missing-value",
            node.at,
            name + " has no value",
            "expected " + std::string{shape.expected}
        );
        return false;
    }
    report_.error(
        "wrong-type",
        node.at,
        name + " must be " + std::string{shape.expected} + ", not " + std::string{kind_text(node)}
    );
    return false;
}

void Checker::check_map(const Node& node, const Shape& shape, std::string_view key) {
    for (const auto& entry : node.entries) check_key(entry, shape, key);
    check_required(node, shape, key);
}

void Checker::check_key(const Entry& entry, const Shape& shape, std::string_view parent) {
    const std::string_view name = entry.key->text;
    const auto known = std::find_if(shape.keys.begin(), shape.keys.end(), [name](const Key& key) {
        return key.name == name;
    });
    if (known != shape.keys.end()) {
        if (known->support == Support::yes) return check(*entry.value, *known->shape, name);
        return report_.error(
            "unsupported",
            entry.key->at,
            show(name) + " is not supported yet",
            std::string{known->advice}
        );
    }
    if (shape.value == nullptr) {
        return report_.error(
            "unknown-key",
            entry.key->at,
            "unknown key " + show(name) + (parent.empty() ? "" : " in " + show(parent)),
            nearest_hint(name, names_of(shape.keys))
        );
    }
    if (shape.key == TextKind::identifier && !is_identifier(name)) {
        report_.error(
            "identifier",
            entry.key->at,
            show(name) + " is not a valid name",
            "a letter or _ first, then letters, digits, - and _"
        );
    }
    check(*entry.value, *shape.value, name);
}

void Checker::check_required(const Node& node, const Shape& shape, std::string_view key) {
    for (const auto& one : shape.keys) {
        if (!one.required || node.find(one.name) != nullptr) continue;
        const auto where = key.empty() ? std::string{"the workflow"} : show(key);
        report_.error("missing-key", node.at, where + " needs the key " + show(one.name));
    }
}

void Checker::check_scalar(const Node& node, const Shape& shape, std::string_view key) {
    if ((shape.accepts & kText) != 0) {
        if (!shape.may_be_blank && trim(node.text).empty()) {
            return report_.error(
                "missing-value",
                node.at,
                show(key) + " is empty",
                "expected " + std::string{shape.expected}
            );
        }
        warn_about_number(node);
    }
    check_text(node, shape, key);
}

void Checker::check_text(const Node& node, const Shape& shape, std::string_view key) {
    if (shape.text == TextKind::condition) return check_condition(node, shape);
    if (expression::has_expression(node.text)) {
        if (shape.place != nullptr) return check_segments(node, node.text, 0, shape);
        return report_.error(
            "expression-not-allowed",
            node.at,
            "no expression can stand in " + show(key),
            "write the value itself"
        );
    }
    if (shape.text == TextKind::identifier && !is_identifier(node.text)) {
        return report_.error(
            "identifier",
            node.at,
            show(node.text) + " is not a valid name",
            "a letter or _ first, then letters, digits, - and _"
        );
    }
    if (shape.text == TextKind::duration && !is_duration(node.text)) {
        return report_.error(
            "duration", node.at, show(node.text) + " is no duration", "10s, 500ms, 2m or 1h"
        );
    }
    if (!shape.words.empty()) check_word(node, shape, key);
}

void Checker::check_word(const Node& node, const Shape& shape, std::string_view key) {
    const auto text = scalar_text(node);
    if (std::find(shape.words.begin(), shape.words.end(), text) != shape.words.end()) return;
    const std::vector<std::string> words{shape.words.begin(), shape.words.end()};
    const auto near = nearest_hint(text, words);
    report_.error(
        "unknown-value",
        node.at,
        "unknown value " + show(text) + " of " + show(key),
        near.empty() ? "one of: " + join(words, ", ") : near
    );
}

void Checker::warn_about_number(const Node& node) {
    if (scalar_kind(node) != ScalarKind::number) return;
    const auto text = scalar_text(node);
    if (text == node.text) return;
    report_.warning(
        "number-rewritten",
        node.at,
        show(node.text) + " is a number here and becomes " + text,
        "put it in quotes to keep it as it is"
    );
}

}  // namespace triphammer::workflow
