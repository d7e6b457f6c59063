#pragma once
// A null-tolerant view of a scanned payload, for the readers of single events.

#include <simdjson.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace triphammer::github {

/// A value, or nothing. Every getter gives a neutral value where the field is missing, null or of
/// another kind: older forges lack fields, newer ones add some.
class Node {
  public:
    Node() = default;

    explicit Node(simdjson::dom::element value) : value_{value}, exists_{true} {}

    Node operator[](std::string_view name) const;

    bool is_object() const { return exists_ && value_.is_object(); }

    bool is_array() const { return exists_ && value_.is_array(); }

    std::string text() const;
    std::int64_t number() const;
    bool boolean() const;
    /// Elements of an array.
    std::int64_t size() const;
    /// As JSON; empty where there is no value.
    std::string json() const;

  private:
    simdjson::dom::element value_;
    bool exists_ = false;
};

}  // namespace triphammer::github
