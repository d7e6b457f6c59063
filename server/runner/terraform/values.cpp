#include "runner/terraform/values.hpp"

#include "base/text.hpp"
#include "runner/terraform/changes.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace triphammer::runner {

using nlohmann::json;

namespace {

constexpr std::size_t kMostValues = 30;
constexpr std::size_t kLongestValue = 120;

/// Whether a mark of `before_sensitive`, `after_sensitive` or `after_unknown`, which has the shape
/// of the value, is set anywhere.
bool is_marked(const json& mark) {
    if (mark.is_boolean()) return mark.get<bool>();
    if (!mark.is_structured()) return false;
    return std::any_of(mark.begin(), mark.end(), [](const json& one) { return is_marked(one); });
}

/// A mark for the whole object counts for each of its members.
bool is_marked(const json& change, const char* marks, const std::string& name) {
    const auto& all = member_at(change, marks);
    return all == true || is_marked(member_at(all, name.c_str()));
}

std::string value_text(const json& value) {
    if (value.is_null()) return "(none)";
    auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    if (text.size() <= kLongestValue) return text;
    return std::string{cut_utf8(text, kLongestValue)} + "…";
}

bool forces_replacement(const json& change, const std::string& name) {
    const auto& paths = member_at(change, "replace_paths");
    return paths.is_array() && std::any_of(paths.begin(), paths.end(), [&](const json& path) {
               return path.is_array() && !path.empty() && path.front() == name;
           });
}

std::string side(
    const json& change, const char* values, const char* marks, const std::string& name
) {
    if (is_marked(change, marks, name)) return "(sensitive)";
    return value_text(member_at(member_at(change, values), name.c_str()));
}

std::string describe_value(const json& change, const std::string& name) {
    const bool is_unknown = is_marked(change, "after_unknown", name);
    auto after = side(change, "after", "after_sensitive", name);
    if (is_unknown) after = "(known after apply)";
    const auto is_new = !member_at(change, "before").is_object();
    auto line = name + ": ";
    if (!is_new) line += side(change, "before", "before_sensitive", name) + " → ";
    line += after;
    if (forces_replacement(change, name)) line += "  # forces replacement";
    return line;
}

std::set<std::string> names_in(const json& change) {
    std::set<std::string> names;
    for (const auto* values : {"before", "after", "after_unknown"}) {
        const auto& object = member_at(change, values);
        if (!object.is_object()) continue;
        for (const auto& [name, value] : object.items()) names.insert(name);
    }
    return names;
}

bool is_changed(const json& change, const std::string& name) {
    if (is_marked(change, "after_unknown", name)) return true;
    const auto& before = member_at(member_at(change, "before"), name.c_str());
    return before != member_at(member_at(change, "after"), name.c_str());
}

}  // namespace

std::vector<std::string> describe_values(const json& change) {
    std::vector<std::string> lines;
    if (member_at(change, "after").is_null() && !is_marked(member_at(change, "after_unknown")))
        return lines;
    std::size_t left = 0;
    for (const auto& name : names_in(change)) {
        if (!is_changed(change, name)) continue;
        if (lines.size() == kMostValues) {
            ++left;
            continue;
        }
        lines.push_back(describe_value(change, name));
    }
    if (left > 0) lines.push_back("… and " + std::to_string(left) + " more");
    return lines;
}

}  // namespace triphammer::runner
