#include "workflow/checks/checker.hpp"

#include "base/text.hpp"
#include "workflow/expression/segments.hpp"
#include "workflow/schema/advice.hpp"
#include "workflow/schema/unsupported.hpp"
#include "workflow/schema/words.hpp"
#include "workflow/yaml/scalar.hpp"

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

/// Whether the whole text is one expression, which may give a value of any kind.
bool stands_for_value(const Node& node, const Shape& shape) {
    const bool is_other = (shape.accepts & kText) == 0;
    return is_other && node.kind == NodeKind::scalar && is_whole_expression(node);
}

}  // namespace

void Checker::check(const Node& node, const Shape& shape, std::string_view key) {
    if (report_.is_full()) return;
    if ((shape.accepts & kAnything) != 0) return check_anything(node, shape);
    if (!accepts(node, shape, key)) return;
    const auto* job = job_;
    const auto* step = step_;
    if (shape.scope == Scope::job) job_ = &node;
    if (shape.scope == Scope::step) step_ = &node;
    check_parts(node, shape, key);
    job_ = job;
    step_ = step;
}

void Checker::check_parts(const Node& node, const Shape& shape, std::string_view key) {
    if (node.kind == NodeKind::scalar) check_scalar(node, shape, key);
    if (node.kind == NodeKind::mapping) check_map(node, shape, key);
    if (shape.item != nullptr) {
        for (const auto* item : node.items) check(*item, *shape.item, key);
    }
    // What an expression gives is seen when it is evaluated.
    if (shape.extra != nullptr && !stands_for_value(node, shape)) shape.extra(node, report_);
}

/// Values of any shape: only expressions can be wrong.
void Checker::check_anything(const Node& node, const Shape& shape) {
    if (shape.place == nullptr || report_.is_full()) return;
    if (node.kind == NodeKind::scalar) {
        warn_about_number(node);
        check_text(node, shape, {});
    }
    for (const auto* item : node.items) check_anything(*item, shape);
    for (const auto& entry : node.entries) check_anything(*entry.value, shape);
}

bool Checker::accepts(const Node& node, const Shape& shape, std::string_view key) {
    if (accepts_kind(node, shape)) return true;
    const auto name = key.empty() ? std::string{"the file"} : show(key);
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
        name + " must be " + std::string{shape.expected} + ", not " + std::string{kind_text(node)},
        advice_for_kind(node, shape)
    );
    return false;
}

void Checker::check_map(const Node& node, const Shape& shape, std::string_view key) {
    for (const auto& entry : node.entries) check_key(node, entry, shape, key);
    check_required(node, shape, key);
}

void Checker::check_key(
    const Node& map, const Entry& entry, const Shape& shape, std::string_view parent
) {
    const std::string_view name = entry.key->text;
    const auto known = std::find_if(shape.keys.begin(), shape.keys.end(), [name](const Key& key) {
        return key.name == name;
    });
    if (known != shape.keys.end()) {
        if (!known->feature.empty()) {
            report_unsupported(report_, known->feature, entry.key->at, show(name));
        }
        return check(*entry.value, *known->shape, name);
    }
    if (shape.value == nullptr) return refuse_key(map, entry, shape, parent);
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

void Checker::refuse_key(
    const Node& map, const Entry& entry, const Shape& shape, std::string_view parent
) {
    const auto place = parent.empty() ? "" : " in " + show(parent);
    const auto name = show(entry.key->text);
    report_.error(
        "unknown-key",
        entry.key->at,
        &shape == &kOnShape ? "unknown event " + name : "unknown key " + name + place,
        advice_for_key(map, entry, shape)
    );
}

void Checker::check_required(const Node& node, const Shape& shape, std::string_view key) {
    for (const auto& one : shape.keys) {
        if (!one.required || node.find(one.name) != nullptr) continue;
        if (has_misspelt(node, one.name)) continue;
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
    check_form(node, shape);
    if (!shape.words.empty()) check_word(node, shape, key);
}

void Checker::check_form(const Node& node, const Shape& shape) {
    if (shape.text == TextKind::identifier && !is_identifier(node.text)) {
        report_.error(
            "identifier",
            node.at,
            show(node.text) + " is not a valid name",
            "a letter or _ first, then letters, digits, - and _"
        );
    }
    const bool is_other =
        (shape.accepts & kBoolean) != 0 && scalar_kind(node) == ScalarKind::boolean;
    if (shape.text == TextKind::duration && !is_other && !is_duration(node.text)) {
        report_.error(
            "duration", node.at, show(node.text) + " is no duration", "10s, 500ms, 2m or 1h"
        );
    }
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
