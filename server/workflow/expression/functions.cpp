#include "workflow/expression/functions.hpp"

#include "base/text.hpp"
#include "workflow/expression/fold.hpp"
#include "workflow/expression/format.hpp"

#include <string.h>

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

namespace triphammer::workflow::expression {

namespace {

Error used_up() {
    return invalid("the expression works on too much text (limit 32 MB)");
}

/// Text of a value that has one; arrays and objects have none.
std::optional<std::string> folded_text(const Value& value, Budget& budget) {
    if (value.is_collection()) return {};
    auto text = value.to_text();
    budget.spend(text.size());
    return fold_case(text);
}

Result<Value> call_contains(Call& call) {
    const auto& [haystack, needle] = std::tie(call.arguments[0], call.arguments[1]);
    if (haystack.kind() == Kind::array) {
        for (const auto& item : haystack.as_array()) {
            if (!call.budget.spend(
                    1 + (item.kind() == Kind::string ? item.as_string().size() : 0)
                )) {
                return used_up();
            }
            if (loosely_equal(item, needle)) return Value::boolean(true);
        }
        return Value::boolean(false);
    }
    const auto text = folded_text(haystack, call.budget);
    const auto part = folded_text(needle, call.budget);
    if (!text || !part) return Value::boolean(false);
    // memmem is linear; std::string::find is not.
    const bool found =
        part->empty() || memmem(text->data(), text->size(), part->data(), part->size()) != nullptr;
    return Value::boolean(found);
}

Result<Value> call_starts_with(Call& call) {
    const auto text = folded_text(call.arguments[0], call.budget);
    const auto part = folded_text(call.arguments[1], call.budget);
    return Value::boolean(text && part && text->starts_with(*part));
}

Result<Value> call_ends_with(Call& call) {
    const auto text = folded_text(call.arguments[0], call.budget);
    const auto part = folded_text(call.arguments[1], call.budget);
    return Value::boolean(text && part && text->ends_with(*part));
}

Result<Value> call_format(Call& call) {
    auto text = format_text(call.arguments, call.budget);
    if (!text) return text.error();
    return Value::string(std::move(*text));
}

Result<Value> call_join(Call& call) {
    const auto& items = call.arguments[0];
    if (items.kind() == Kind::object) return Value::string("");
    if (items.kind() != Kind::array) return Value::string(items.to_text());
    const bool separated = call.arguments.size() > 1 && !call.arguments[1].is_collection();
    const auto separator = separated ? call.arguments[1].to_text() : std::string{","};
    std::string out;
    bool first = true;
    for (const auto& item : items.as_array()) {
        if (!first) out += separator;
        first = false;
        const auto text = item.to_text();
        if (!call.budget.spend(text.size() + separator.size())) return used_up();
        out += text;
    }
    return Value::string(std::move(out));
}

Result<Value> call_to_json(Call& call) {
    auto text = to_json_text(call.arguments[0]);
    if (!call.budget.spend(text.size())) return used_up();
    return Value::string(std::move(text));
}

Result<Value> call_from_json(Call& call) {
    const auto text = call.arguments[0].to_text();
    // A parsed value takes several times the room of its text.
    if (!call.budget.spend(text.size() * 8)) return used_up();
    if (trim(text).empty()) return invalid("fromJSON was given an empty text");
    auto value = parse_json(text);
    if (!value) return with_context("fromJSON", value.error());
    return value;
}

Result<Value> call_hash_files(Call& call) {
    if (call.contexts.outside == nullptr) {
        return invalid("hashFiles works inside a running job only");
    }
    std::vector<std::string> patterns;
    for (const auto& one : call.arguments) patterns.push_back(one.to_text());
    auto digest = call.contexts.outside->hash_files(patterns);
    if (!digest) return digest.error();
    return Value::string(std::move(*digest));
}

Result<Value> call_case(Call&) {
    return invalid("case is evaluated step by step");
}

Result<Value> call_status(Call& call) {
    const auto& status = call.contexts.status;
    if (!status) return invalid(std::string{call.name} + "() works in `if` only");
    if (equal_ignoring_case(call.name, "success")) return Value::boolean(status->success);
    if (equal_ignoring_case(call.name, "failure")) return Value::boolean(status->failure);
    if (equal_ignoring_case(call.name, "cancelled")) return Value::boolean(status->cancelled);
    return Value::boolean(true);
}

constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

struct Function {
    std::string_view name;
    std::size_t least;
    std::size_t most;
    Result<Value> (*call)(Call&);
};

constexpr std::array<Function, 13> kFunctions{{
    {"contains", 2, 2, call_contains},
    {"startsWith", 2, 2, call_starts_with},
    {"endsWith", 2, 2, call_ends_with},
    {"format", 1, kAny, call_format},
    {"join", 1, 2, call_join},
    {"toJSON", 1, 1, call_to_json},
    {"fromJSON", 1, 1, call_from_json},
    {"hashFiles", 1, kAny, call_hash_files},
    {"case", 3, kAny, call_case},
    {"success", 0, 0, call_status},
    {"always", 0, 0, call_status},
    {"cancelled", 0, 0, call_status},
    {"failure", 0, 0, call_status},
}};

const Function* find_function(std::string_view name) {
    for (const auto& one : kFunctions) {
        if (equal_ignoring_case(one.name, name)) return &one;
    }
    return nullptr;
}

std::string count_text(std::size_t count) {
    if (count == 0) return "no argument";
    return std::to_string(count) + (count == 1 ? " argument" : " arguments");
}

}  // namespace

std::optional<std::string> find_call_problem(std::string_view name, std::size_t arguments) {
    const auto* function = find_function(name);
    if (function == nullptr) {
        const auto near = nearest_name(name, list_functions());
        const auto text = "unknown function '" + std::string{name} + "'";
        return near ? text + "; did you mean '" + *near + "'?" : text;
    }
    const auto text = std::string{function->name} + " takes ";
    if (arguments < function->least) {
        const bool exact = function->least == function->most;
        return text + (exact ? "" : "at least ") + count_text(function->least);
    }
    if (arguments > function->most) {
        const bool exact = function->least == function->most;
        return text + (exact ? "" : "at most ") + count_text(function->most);
    }
    if (function->call == call_case && arguments % 2 == 0) {
        return text + "pairs of predicate and value, and a default at the end";
    }
    return {};
}

bool is_function_name(std::string_view name) {
    return find_function(name) != nullptr;
}

bool is_status_function(std::string_view name) {
    const auto* function = find_function(name);
    return function != nullptr && function->call == call_status;
}

bool is_case_function(std::string_view name) {
    return equal_ignoring_case(name, "case");
}

Result<Value> call_function(Call& call) {
    return find_function(call.name)->call(call);
}

std::vector<std::string> list_functions() {
    std::vector<std::string> names;
    names.reserve(std::size(kFunctions));
    for (const auto& one : kFunctions) names.emplace_back(one.name);
    return names;
}

}  // namespace triphammer::workflow::expression
