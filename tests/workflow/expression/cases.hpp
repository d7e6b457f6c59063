#pragma once
// One expression and what it is worth, for tables. The page named in each test is one of
// docs.github.com/en/actions/reference/workflows-and-actions/.

#include "workflow/expression/evaluator.hpp"

#include <string>
#include <vector>

namespace triphammer::workflow::expression {

struct Case {
    std::string expression;
    std::string json;  // the value as JSON
};

/// Fails the running test for each case that differs.
void expect_all(const std::vector<Case>& cases, const Contexts& contexts = {});

/// The message with its position ("7: unexpected …"), or the value's JSON where there is no error.
std::string failure_of(const std::string& expression, const Contexts& contexts = {});

Contexts contexts_of(const std::string& json);

}  // namespace triphammer::workflow::expression
