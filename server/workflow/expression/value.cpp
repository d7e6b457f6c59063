#include "workflow/expression/value.hpp"

#include "workflow/expression/fold.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace triphammer::workflow::expression {

namespace {

// Below this many members a linear search is faster than the index.
constexpr std::size_t kIndexFrom = 16;

}  // namespace

std::string_view name_of(Kind kind) {
    constexpr std::array<std::string_view, 6> kNames{
        "null", "boolean", "number", "string", "array", "object"};
    return kNames.at(static_cast<std::size_t>(kind));
}

Value Value::boolean(bool value) {
    Value out;
    out.data_ = value;
    return out;
}

Value Value::number(double value) {
    Value out;
    out.data_ = value;
    return out;
}

Value Value::string(std::string text) {
    Value out;
    out.data_ = std::move(text);
    return out;
}

Value Value::string(std::string_view text) {
    return string(std::string{text});
}

Value Value::string(const char* text) {
    return string(std::string{text});
}

Value Value::array(Array items) {
    Value out;
    out.data_ = std::make_shared<const Array>(std::move(items));
    return out;
}

Value Value::object(Object members) {
    Value out;
    out.data_ = std::make_shared<const Object>(std::move(members));
    return out;
}

bool Value::is_truthy() const {
    switch (kind()) {
        case Kind::null:
            return false;
        case Kind::boolean:
            return as_boolean();
        case Kind::number:
            return as_number() != 0 && !std::isnan(as_number());
        case Kind::string:
            return !as_string().empty();
        case Kind::array:
        case Kind::object:
            return true;
    }
    return false;
}

double Value::to_number() const {
    switch (kind()) {
        case Kind::null:
            return 0;
        case Kind::boolean:
            return as_boolean() ? 1 : 0;
        case Kind::number:
            return as_number();
        case Kind::string:
            return parse_number(as_string());
        case Kind::array:
        case Kind::object:
            return std::numeric_limits<double>::quiet_NaN();
    }
    return 0;
}

std::string Value::to_text() const {
    switch (kind()) {
        case Kind::null:
            return {};
        case Kind::boolean:
            return as_boolean() ? "true" : "false";
        case Kind::number:
            return number_text(as_number());
        case Kind::string:
            return as_string();
        case Kind::array:
            return "Array";
        case Kind::object:
            return "Object";
    }
    return {};
}

Value Value::member(std::string_view name) const {
    if (kind() != Kind::object) return {};
    const auto* found = as_object().find(name);
    return found == nullptr ? Value{} : *found;
}

bool loosely_equal(const Value& left, const Value& right) {
    if (left.kind() != right.kind()) {
        if (left.is_collection() || right.is_collection()) return false;
        return left.to_number() == right.to_number();
    }
    switch (left.kind()) {
        case Kind::string:
            return equal_folded(left.as_string(), right.as_string());
        case Kind::array:
            return &left.as_array() == &right.as_array();
        case Kind::object:
            return &left.as_object() == &right.as_object();
        default:
            return left.to_number() == right.to_number();
    }
}

bool loosely_less(const Value& left, const Value& right) {
    if (left.is_collection() || right.is_collection()) return false;
    if (left.kind() == Kind::string && right.kind() == Kind::string) {
        return fold_case(left.as_string()) < fold_case(right.as_string());
    }
    return left.to_number() < right.to_number();
}

bool operator==(const Value& left, const Value& right) {
    if (left.kind() != right.kind()) return false;
    if (left.kind() == Kind::array) return left.as_array() == right.as_array();
    if (left.kind() != Kind::object) return left.data_ == right.data_;
    const auto& a = left.as_object();
    const auto& b = right.as_object();
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

Object::Object(std::initializer_list<Member> members) {
    for (const auto& [name, value] : members) set(name, value);
}

void Object::set(std::string_view name, Value value) {
    if (const auto at = index_of(name)) {
        members_[*at].second = std::move(value);
        return;
    }
    members_.emplace_back(name, std::move(value));
    if (members_.size() < kIndexFrom) return;
    if (index_.empty()) {
        for (std::size_t i = 0; i < members_.size(); ++i) index_[fold_case(members_[i].first)] = i;
    }
    index_[fold_case(name)] = members_.size() - 1;
}

const Value* Object::find(std::string_view name) const {
    const auto at = index_of(name);
    return at ? &members_[*at].second : nullptr;
}

std::optional<std::size_t> Object::index_of(std::string_view name) const {
    if (!index_.empty()) {
        const auto found = index_.find(fold_case(name));
        if (found == index_.end()) return {};
        return found->second;
    }
    for (std::size_t i = 0; i < members_.size(); ++i) {
        if (equal_folded(members_[i].first, name)) return i;
    }
    return {};
}

}  // namespace triphammer::workflow::expression
