#include "plan/inputs.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cmath>

namespace triphammer::plan {

namespace {

namespace expression = workflow::expression;
using expression::Object;
using expression::Value;
using model::DispatchInput;

Error wrong(const DispatchInput& input, std::string_view what) {
    return invalid("input '" + input.name + "' " + std::string{what});
}

Result<Value> read_typed(const DispatchInput& input, const std::string& text) {
    if (input.type == "boolean") {
        if (text == "true" || text == "false") return Value::boolean(text == "true");
        return wrong(input, "must be true or false");
    }
    if (input.type == "number") {
        const double number = expression::parse_number(text);
        if (std::isnan(number)) return wrong(input, "must be a number");
        return Value::number(number);
    }
    const auto& options = input.options;
    const bool is_choice = input.type == "choice";
    if (is_choice && std::find(options.begin(), options.end(), text) == options.end()) {
        return wrong(input, "must be one of: " + join(options, ", "));
    }
    return Value::string(text);
}

/// What an input without value and default is.
Value empty_value(const DispatchInput& input) {
    if (input.type == "boolean") return Value::boolean(false);
    return Value::string("");
}

Result<Value> read_input(const DispatchInput& input, const Value* given) {
    if (given != nullptr && given->is_collection()) return wrong(input, "must be text");
    const auto text = given == nullptr ? std::string{} : given->to_text();
    if (!text.empty()) return read_typed(input, text);
    if (!input.fallback.empty()) return read_typed(input, input.fallback);
    if (input.required) return wrong(input, "is required");
    return empty_value(input);
}

Result<Value> parse_given(std::string_view given_json) {
    if (trim(given_json).empty()) return Value::object({});
    auto given = expression::parse_json(given_json);
    if (!given) return with_context("inputs", given.error());
    if (given->is_null()) return Value::object({});
    if (given->kind() != expression::Kind::object) return invalid("inputs must be an object");
    return given;
}

}  // namespace

Result<Value> read_inputs(const std::vector<DispatchInput>& declared, std::string_view given_json) {
    const auto given = parse_given(given_json);
    if (!given) return given.error();
    std::size_t known = 0;
    Object out;
    for (const auto& input : declared) {
        const auto* value = given->as_object().find(input.name);
        if (value != nullptr) ++known;
        auto read = read_input(input, value);
        if (!read) return read.error();
        out.set(input.name, std::move(*read));
    }
    if (known == given->as_object().size()) return Value::object(std::move(out));
    for (const auto& [name, value] : given->as_object()) {
        if (out.find(name) == nullptr) return invalid("there is no input '" + name + "'");
    }
    return Value::object(std::move(out));
}

}  // namespace triphammer::plan
