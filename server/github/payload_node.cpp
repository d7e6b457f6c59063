#include "github/payload_node.hpp"

namespace triphammer::github {

Node Node::operator[](std::string_view name) const {
    simdjson::dom::object object;
    simdjson::dom::element found;
    if (!exists_ || value_.get(object) != simdjson::SUCCESS) return {};
    if (object[name].get(found) != simdjson::SUCCESS) return {};
    return Node{found};
}

std::string Node::text() const {
    std::string_view text;
    if (!exists_ || value_.get(text) != simdjson::SUCCESS) return {};
    return std::string{text};
}

std::int64_t Node::number() const {
    std::int64_t number = 0;
    if (!exists_ || value_.get(number) != simdjson::SUCCESS) return 0;
    return number;
}

bool Node::boolean() const {
    bool value = false;
    if (!exists_ || value_.get(value) != simdjson::SUCCESS) return false;
    return value;
}

std::int64_t Node::size() const {
    simdjson::dom::array array;
    if (!exists_ || value_.get(array) != simdjson::SUCCESS) return 0;
    return static_cast<std::int64_t>(array.size());
}

std::string Node::json() const {
    if (!exists_) return {};
    return simdjson::minify(value_);
}

}  // namespace triphammer::github
