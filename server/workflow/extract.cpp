#include "workflow/extract.hpp"

#include "base/text.hpp"
#include "workflow/expression/segments.hpp"
#include "workflow/yaml/scalar.hpp"

namespace triphammer::workflow {

namespace {

using Kind = model::Data::Kind;

Kind kind_of(const Node& node) {
    if (node.kind == NodeKind::sequence) return Kind::list;
    if (node.kind == NodeKind::mapping) return Kind::map;
    switch (scalar_kind(node)) {
        case ScalarKind::null:
            return Kind::null;
        case ScalarKind::boolean:
            return Kind::boolean;
        case ScalarKind::number:
            return Kind::number;
        case ScalarKind::text:
            return Kind::text;
    }
    return Kind::null;
}

}  // namespace

const Node& map_at(const Node& map, std::string_view key) {
    static const Node kNothing;
    const auto* node = map.find(key);
    return node == nullptr ? kNothing : *node;
}

model::Template template_of(const Node& node) {
    return {scalar_text(node), node.at};
}

model::Template template_at(const Node& map, std::string_view key) {
    const auto* node = map.find(key);
    return node == nullptr ? model::Template{} : template_of(*node);
}

model::Template condition_at(const Node& map, std::string_view key) {
    auto condition = template_at(map, key);
    const auto inner = expression::strip_condition(condition.text);
    if (!expression::has_expression(inner)) condition.text = std::string{trim(inner)};
    return condition;
}

model::Template member_at(const Node& map, std::string_view key) {
    if (map.kind != NodeKind::scalar) return template_at(map, key);
    const auto inner = std::string{expression::strip_braces(map.text)};
    return {"${{ (" + inner + ")['" + std::string{key} + "'] }}", map.at};
}

std::string text_at(const Node& map, std::string_view key) {
    return template_at(map, key).text;
}

std::vector<std::string> texts_at(const Node& map, std::string_view key) {
    std::vector<std::string> out;
    for (auto& one : templates_at(map, key)) out.push_back(std::move(one.text));
    return out;
}

std::vector<model::Template> templates_at(const Node& map, std::string_view key) {
    std::vector<model::Template> out;
    const auto* node = map.find(key);
    if (node == nullptr || node->kind == NodeKind::mapping) return out;
    if (node->kind == NodeKind::scalar) out.push_back(template_of(*node));
    for (const auto* item : node->items) out.push_back(template_of(*item));
    return out;
}

model::Pairs pairs_at(const Node& map, std::string_view key) {
    model::Pairs out;
    const auto* node = map.find(key);
    if (node == nullptr) return out;
    if (node->kind == NodeKind::scalar) out.emplace_back("", template_of(*node));
    for (const auto& entry : node->entries) {
        out.emplace_back(entry.key->text, template_of(*entry.value));
    }
    return out;
}

bool flag_at(const Node& map, std::string_view key) {
    return text_at(map, key) == "true";
}

model::Data data_of(const Node& node) {
    model::Data data;
    data.kind = kind_of(node);
    data.at = node.at;
    if (node.kind == NodeKind::scalar) data.text = scalar_text(node);
    for (const auto* item : node.items) data.items.push_back(data_of(*item));
    for (const auto& entry : node.entries) {
        data.entries.emplace_back(entry.key->text, data_of(*entry.value));
    }
    return data;
}

}  // namespace triphammer::workflow
