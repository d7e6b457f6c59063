#include "workflow/extract.hpp"

#include "base/text.hpp"
#include "workflow/expression/segments.hpp"
#include "workflow/scalar.hpp"

namespace triphammer::workflow {

model::Template template_of(const Node& node) {
    return {scalar_text(node), node.at};
}

model::Template template_at(const Node& map, std::string_view key) {
    const auto* node = map.find(key);
    return node == nullptr ? model::Template{} : template_of(*node);
}

model::Template condition_at(const Node& map, std::string_view key) {
    auto condition = template_at(map, key);
    condition.text = std::string{trim(expression::strip_braces(condition.text))};
    return condition;
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
    for (const auto& entry : node->entries) {
        out.emplace_back(entry.key->text, template_of(*entry.value));
    }
    return out;
}

bool flag_at(const Node& map, std::string_view key) {
    return text_at(map, key) == "true";
}

}  // namespace triphammer::workflow
