#include "launcher/json_fields.hpp"

#include <algorithm>
#include <limits>

namespace triphammer::launcher {

using nlohmann::json;

namespace {

bool is_texts(const json& value) {
    return value.is_array() && std::all_of(value.begin(), value.end(), [](const json& each) {
               return each.is_string();
           });
}

bool is_small(const json& value) {
    return value.is_number_integer() &&
           value.get<std::int64_t>() >= std::numeric_limits<int>::min() &&
           value.get<std::int64_t>() <= std::numeric_limits<int>::max();
}

}  // namespace

json parse_object(std::string_view line) {
    auto out = json::parse(line, nullptr, false);
    if (!out.is_object()) return json();
    return out;
}

void Fields::text(const char* name, std::string& out) {
    const auto* value = take(name, [](const json& each) { return each.is_string(); });
    if (value != nullptr) out = value->get<std::string>();
}

void Fields::texts(const char* name, std::vector<std::string>& out) {
    const auto* value = take(name, is_texts);
    if (value != nullptr) out = value->get<std::vector<std::string>>();
}

void Fields::number(const char* name, std::int64_t& out) {
    const auto* value = take(name, [](const json& each) { return each.is_number_integer(); });
    if (value != nullptr) out = value->get<std::int64_t>();
}

void Fields::small(const char* name, int& out) {
    const auto* value = take(name, is_small);
    if (value != nullptr) out = value->get<int>();
}

void Fields::boolean(const char* name, bool& out) {
    const auto* value = take(name, [](const json& each) { return each.is_boolean(); });
    if (value != nullptr) out = value->get<bool>();
}

const json* Fields::array(const char* name) {
    return take(name, [](const json& each) { return each.is_array(); });
}

const json* Fields::take(const char* name, bool (*is_right)(const json&)) {
    const auto found = object_.is_object() ? object_.find(name) : object_.end();
    const bool right = found != object_.end() && is_right(*found);
    if (!right && wrong_.empty()) wrong_ = name;
    if (!right) return nullptr;
    ++taken_;
    return &*found;
}

Result<> Fields::finish() const {
    if (!wrong_.empty())
        return invalid("the field '" + wrong_ + "' is missing or of the wrong type");
    if (taken_ != object_.size()) return invalid("there is a field that nobody asked for");
    return {};
}

}  // namespace triphammer::launcher
