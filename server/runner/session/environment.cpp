#include "runner/session/environment.hpp"

#include <algorithm>

namespace triphammer::runner {

namespace expression = workflow::expression;

void Environment::set(std::string_view name, std::string value) {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) {
        return entry.first == name;
    });
    if (found != entries_.end()) {
        found->second = std::move(value);
    } else {
        entries_.emplace_back(name, std::move(value));
    }
}

void Environment::set_line(std::string_view line) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return;
    set(line.substr(0, equals), std::string{line.substr(equals + 1)});
}

const std::string* Environment::find(std::string_view name) const {
    for (const auto& [own, value] : entries_) {
        if (own == name) return &value;
    }
    return nullptr;
}

void Environment::put_over(const Environment& upper) {
    for (const auto& [name, value] : upper.entries_) set(name, value);
}

Result<> Environment::add(const model::Pairs& pairs, const expression::Contexts& contexts) {
    for (const auto& [name, text] : pairs) {
        if (name.empty()) {
            if (auto added = add_all_of(text, contexts); !added) return added;
            continue;
        }
        auto value = expression::interpolate(text.text, contexts);
        if (!value) return with_context("env." + name, value.error());
        set(name, std::move(*value));
    }
    return {};
}

/// `env: ${{ … }}`.
Result<> Environment::add_all_of(const model::Template& map, const expression::Contexts& contexts) {
    const auto value = expression::evaluate_template(map.text, contexts);
    if (!value) return with_context("env", value.error());
    if (value->is_null()) return {};
    if (value->kind() != expression::Kind::object)
        return invalid("env: the expression gives no map");
    for (const auto& [name, member] : value->as_object()) set(name, member.to_text());
    return {};
}

std::vector<std::string> Environment::lines() const {
    std::vector<std::string> out;
    out.reserve(entries_.size());
    for (const auto& [name, value] : entries_) out.push_back(name + "=" + value);
    return out;
}

expression::Value Environment::as_value() const {
    expression::Object out;
    for (const auto& [name, value] : entries_) out.set(name, expression::Value::string(value));
    return expression::Value::object(std::move(out));
}

}  // namespace triphammer::runner
