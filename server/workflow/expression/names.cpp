#include "workflow/expression/names.hpp"

#include "base/text.hpp"
#include "workflow/expression/functions.hpp"

#include <algorithm>
#include <array>

namespace triphammer::workflow::expression {

namespace {

constexpr std::array<std::string_view, 12> kContexts{
    "github",
    "env",
    "vars",
    "job",
    "jobs",
    "steps",
    "runner",
    "secrets",
    "strategy",
    "matrix",
    "needs",
    "inputs",
};

}  // namespace

bool is_context_name(std::string_view name) {
    return std::any_of(kContexts.begin(), kContexts.end(), [name](auto one) {
        return equal_ignoring_case(one, name);
    });
}

std::vector<std::string> list_contexts() {
    return {kContexts.begin(), kContexts.end()};
}

std::string unknown_context_text(std::string_view name) {
    const auto text = "unknown context '" + std::string{name} + "'";
    if (is_function_name(name)) return text + "; did you mean '" + std::string{name} + "()'?";
    const auto near = nearest_name(name, list_contexts());
    return near ? text + "; did you mean '" + *near + "'?" : text;
}

}  // namespace triphammer::workflow::expression
