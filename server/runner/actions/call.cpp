#include "runner/actions/call.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cctype>

namespace triphammer::runner {

namespace expression = workflow::expression;
using expression::Value;

namespace {

/// GitHub's rule: upper case, `_` for blanks; all other characters stay.
std::string variable_of(std::string_view name) {
    std::string out = "INPUT_";
    for (const char c : name) {
        out += c == ' ' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return out;
}

bool is_known(const workflow::Action& action, const std::string& name) {
    const bool docker = action.kind == workflow::Action::Kind::docker;
    if (docker && (equal_ignoring_case(name, "args") || equal_ignoring_case(name, "entrypoint"))) {
        return true;
    }
    return std::any_of(action.inputs.begin(), action.inputs.end(), [&](const auto& input) {
        return equal_ignoring_case(input.name, name);
    });
}

std::string names_of(const workflow::Action& action) {
    std::vector<std::string> names;
    for (const auto& input : action.inputs) names.push_back(input.name);
    return names.empty() ? "it has none" : "it has: " + join(names, ", ");
}

void remark_on_given(
    const ActionInputs& given, const workflow::Action& action, std::string& remarks
) {
    for (const auto& [name, value] : given) {
        if (is_known(action, name)) continue;
        remarks += "##[warning]the action has no input '" + name + "'; " + names_of(action) + "\n";
    }
    for (const auto& input : action.inputs) {
        if (input.deprecation.empty() || given.find(input.name) == nullptr) continue;
        remarks += "##[warning]the input '" + input.name + "' is out of use: " + input.deprecation;
        remarks += "\n";
    }
}

}  // namespace

std::string post_name(const ActionCall& call) {
    const auto& own = call.step.name.text;
    const auto name = own.empty() ? "Run " + call.step.uses : own;
    const auto shown = expression::interpolate(name, call.contexts);
    return "Post " + (shown ? *shown : name);
}

std::string input_text(const ActionInputs& inputs, std::string_view name) {
    const auto* value = inputs.find(name);
    return value == nullptr ? std::string{} : value->to_text();
}

namespace {

/// `with: ${{ … }}`.
Result<> add_all_of(const model::Template& map, const ActionCall& call, ActionInputs& out) {
    const auto value = expression::evaluate_template(map.text, call.contexts);
    if (!value) return with_context("with", value.error());
    if (value->is_null()) return {};
    if (value->kind() != expression::Kind::object) {
        return invalid("with: the expression gives no map");
    }
    for (const auto& [name, member] : value->as_object()) {
        out.set(name, Value::string(member.to_text()));
    }
    return {};
}

}  // namespace

Result<ActionInputs> evaluate_with(const ActionCall& call) {
    ActionInputs out;
    for (const auto& [name, text] : call.step.with) {
        if (name.empty()) {
            if (auto added = add_all_of(text, call, out); !added) return added.error();
            continue;
        }
        auto value = expression::interpolate(text.text, call.contexts);
        if (!value) return with_context("with." + name, value.error());
        out.set(name, Value::string(std::move(*value)));
    }
    return out;
}

Result<ActionInputs> evaluate_inputs(
    const ActionCall& call, const workflow::Action& action, std::string& remarks
) {
    const auto given = evaluate_with(call);
    if (!given) return given.error();
    remark_on_given(*given, action, remarks);
    ActionInputs out;
    for (const auto& input : action.inputs) {
        if (!input.has_default) {
            out.set(input.name, Value::string(""));
            continue;
        }
        auto value = expression::interpolate(input.fallback.text, call.contexts);
        if (!value) return with_context("the default of the input " + input.name, value.error());
        out.set(input.name, Value::string(std::move(*value)));
    }
    for (const auto& [name, value] : *given) out.set(name, value);
    return out;
}

void put_inputs(const ActionInputs& inputs, Environment& environment) {
    for (const auto& [name, value] : inputs) environment.set(variable_of(name), value.to_text());
}

}  // namespace triphammer::runner
