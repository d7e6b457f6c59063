#include "aws/json_read.hpp"

namespace triphammer::aws {

using nlohmann::json;

namespace {

const json* find(const json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

}  // namespace

std::string text_at(const json& object, const char* name) {
    const auto* found = find(object, name);
    return found != nullptr && found->is_string() ? found->get<std::string>() : std::string{};
}

std::int64_t number_at(const json& object, const char* name) {
    const auto* found = find(object, name);
    return found != nullptr && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

bool flag_at(const json& object, const char* name) {
    const auto* found = find(object, name);
    return found != nullptr && found->is_boolean() && found->get<bool>();
}

const json& list_at(const json& object, const char* name) {
    static const json kNone = json::array();
    const auto* found = find(object, name);
    return found != nullptr && found->is_array() ? *found : kNone;
}

const json& object_at(const json& object, const char* name) {
    static const json kNone = json::object();
    const auto* found = find(object, name);
    return found != nullptr && found->is_object() ? *found : kNone;
}

}  // namespace triphammer::aws
