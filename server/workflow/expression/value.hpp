#pragma once
// Values of GitHub's expression language and their conversions, after its page "Evaluate
// expressions in workflows and actions". Immutable and cheap to copy: arrays and objects are
// shared, so that "the same instance" (their only equality) means something. Thread-safe to read.

#include "base/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace triphammer::workflow::expression {

class Object;
class Value;
using Array = std::vector<Value>;

enum class Kind { null, boolean, number, string, array, object };

/// "null", "boolean", … as `triphammer eval` prints it.
std::string_view name_of(Kind kind);

class Value {
  public:
    Value() = default;

    // Named, so that a pointer does not become a boolean nor an integer one of two kinds.
    static Value boolean(bool value);
    static Value number(double value);
    static Value string(std::string text);
    static Value string(std::string_view text);
    static Value string(const char* text);
    static Value array(Array items);
    static Value object(Object members);

    Kind kind() const { return static_cast<Kind>(data_.index()); }

    bool is_null() const { return kind() == Kind::null; }

    bool is_collection() const { return kind() == Kind::array || kind() == Kind::object; }

    // Each is only for its own kind; another one is a broken invariant and throws.
    bool as_boolean() const { return std::get<bool>(data_); }

    double as_number() const { return std::get<double>(data_); }

    const std::string& as_string() const { return std::get<std::string>(data_); }

    const Array& as_array() const { return *std::get<ArrayPointer>(data_); }

    const Object& as_object() const { return *std::get<ObjectPointer>(data_); }

    /// Falsy are false, 0, -0, NaN, '' and null.
    bool is_truthy() const;
    /// null 0, true 1, '' 0, text by the rules of number literals; else NaN.
    double to_number() const;
    /// null '', numbers with 15 significant digits ("1E+20" when large); "Array", "Object".
    std::string to_text() const;

    /// A member of an object (names ignore case); null where there is none or this is no object.
    Value member(std::string_view name) const;

    /// `==` of the language: loose, text without case, collections by instance, NaN never.
    friend bool loosely_equal(const Value& left, const Value& right);
    /// `<` of the language; what cannot be ordered is false.
    friend bool loosely_less(const Value& left, const Value& right);
    /// Same kind and content, deep; for tests and caches, not the language's `==`.
    friend bool operator==(const Value& left, const Value& right);

  private:
    using ArrayPointer = std::shared_ptr<const Array>;
    using ObjectPointer = std::shared_ptr<const Object>;

    std::variant<std::monostate, bool, double, std::string, ArrayPointer, ObjectPointer> data_;
};

bool loosely_equal(const Value& left, const Value& right);
bool loosely_less(const Value& left, const Value& right);

/// Members in order of their first appearance; names ignore case as texts do; a later one of the
/// same name replaces the value.
class Object {
  public:
    using Member = std::pair<std::string, Value>;

    Object() = default;
    Object(std::initializer_list<Member> members);

    void set(std::string_view name, Value value);
    const Value* find(std::string_view name) const;

    std::size_t size() const { return members_.size(); }

    bool empty() const { return members_.empty(); }

    auto begin() const { return members_.begin(); }

    auto end() const { return members_.end(); }

  private:
    std::optional<std::size_t> index_of(std::string_view name) const;

    std::vector<Member> members_;
    std::unordered_map<std::string, std::size_t> index_;  // folded; only for many members
};

/// Text as the number it means (decimal, 0x…, 0o…, Infinity; '' is 0), else NaN.
double parse_number(std::string_view text);
/// A number as the language writes it: 15 significant digits, -0 as 0.
std::string number_text(double value);

/// Strict JSON, at most 100 levels deep, members in order. Error `invalid` says where.
Result<Value> parse_json(std::string_view text);
/// As toJSON: two blanks for each level. NaN and infinities as bare words, as GitHub prints them.
std::string to_json_text(const Value& value);
/// On one line, numbers with all their digits; NaN and infinities as strings, so that it is always
/// JSON.
std::string to_compact_json(const Value& value);

/// nlohmann's objects sort their members; use parse_json where order matters.
Value from_json(const nlohmann::json& in);
nlohmann::json to_json(const Value& value);

}  // namespace triphammer::workflow::expression
