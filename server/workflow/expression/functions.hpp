#pragma once
// The functions of the expression language: their names, arguments and what they answer.
// Source: GitHub's page "Evaluate expressions in workflows and actions".

#include "workflow/expression/evaluator.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::workflow::expression {

/// Bounds time and memory of one evaluation: every function pays for the bytes that it touches.
class Budget {
  public:
    explicit Budget(std::size_t limit = kMostBytes) : limit_{limit} {}

    /// False: used up; the evaluation ends with an error.
    bool spend(std::size_t bytes) {
        used_ += bytes;
        return used_ <= limit_;
    }

    std::size_t used() const { return used_; }

    static constexpr std::size_t kMostBytes = 32U << 20U;

  private:
    std::size_t limit_;
    std::size_t used_ = 0;
};

struct Call {
    std::string_view name;
    std::vector<Value> arguments;
    const Contexts& contexts;
    Budget& budget;
};

/// "unknown function 'foo' (did you mean …)", "format needs at least 2 arguments", or nothing.
std::optional<std::string> find_call_problem(std::string_view name, std::size_t arguments);

bool is_function_name(std::string_view name);
bool is_status_function(std::string_view name);
/// case() evaluates its arguments one by one; the evaluator does it.
bool is_case_function(std::string_view name);

/// Names and arguments were checked by find_call_problem.
Result<Value> call_function(Call& call);

/// In the documentation's spelling.
std::vector<std::string> list_functions();

}  // namespace triphammer::workflow::expression
