#include "model/template.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace triphammer::model {

using nlohmann::json;

namespace {

constexpr std::array<const char*, 6> kKinds{"null", "boolean", "number", "text", "list", "map"};

Data::Kind kind_of(const std::string& name) {
    const auto found = std::find(kKinds.begin(), kKinds.end(), name);
    if (found == kKinds.end()) return Data::Kind::null;
    return static_cast<Data::Kind>(found - kKinds.begin());
}

}  // namespace

const Data* Data::find(const std::string& key) const {
    const auto found = std::find_if(entries.begin(), entries.end(), [&key](const auto& entry) {
        return entry.first == key;
    });
    return found == entries.end() ? nullptr : &found->second;
}

// Templates travel as [text, line, column], pairs as [[name, template], …]: compact and in order.

void to_json(json& out, const Position& at) {
    out = json::array({at.line, at.column});
}

void from_json(const json& in, Position& at) {
    at = {in.at(0).get<int>(), in.at(1).get<int>()};
}

void to_json(json& out, const Template& value) {
    out = json::array({value.text, value.at.line, value.at.column});
}

void from_json(const json& in, Template& value) {
    value.text = in.at(0).get<std::string>();
    value.at = {in.at(1).get<int>(), in.at(2).get<int>()};
}

// [kind, line, column, text or items or entries]

void to_json(json& out, const Data& value) {
    const auto* kind = kKinds.at(static_cast<std::size_t>(value.kind));
    out = json::array({kind, value.at.line, value.at.column});
    if (value.kind == Data::Kind::list) {
        out.push_back(value.items);
    } else if (value.kind == Data::Kind::map) {
        out.push_back(value.entries);
    } else if (value.kind != Data::Kind::null) {
        out.push_back(value.text);
    }
}

void from_json(const json& in, Data& value) {
    value = Data{};
    value.kind = kind_of(in.at(0).get<std::string>());
    value.at = {in.at(1).get<int>(), in.at(2).get<int>()};
    if (value.kind == Data::Kind::list) {
        in.at(3).get_to(value.items);
    } else if (value.kind == Data::Kind::map) {
        in.at(3).get_to(value.entries);
    } else if (value.kind != Data::Kind::null) {
        in.at(3).get_to(value.text);
    }
}

}  // namespace triphammer::model
