#include "workflow/expression/cases.hpp"

#include <gtest/gtest.h>

namespace triphammer::workflow::expression {

namespace {

std::string outcome_of(const std::string& expression, const Contexts& contexts) {
    const auto value = try_evaluate(expression, contexts);
    if (value) return to_compact_json(*value);
    return std::to_string(value.error().position) + ": " + value.error().message;
}

}  // namespace

void expect_all(const std::vector<Case>& cases, const Contexts& contexts) {
    for (const auto& one : cases) {
        EXPECT_EQ(outcome_of(one.expression, contexts), one.json) << one.expression;
    }
}

std::string failure_of(const std::string& expression, const Contexts& contexts) {
    return outcome_of(expression, contexts);
}

Contexts contexts_of(const std::string& json) {
    Contexts contexts;
    EXPECT_TRUE(contexts.add_json(json));
    return contexts;
}

}  // namespace triphammer::workflow::expression
