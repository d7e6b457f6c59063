#pragma once
// Evaluates GitHub's expressions against contexts. Pure but for `Outside`: no I/O, no clock, at
// most 21,000 characters, 50 levels and 32 MB of touched text for each expression. Any thread.
// Source: GitHub's pages "Evaluate expressions in workflows and actions" and "Contexts reference".

#include "base/result.hpp"
#include "workflow/expression/value.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::workflow::expression {

/// What success(), failure() and cancelled() answer; always() is true.
struct StatusFacts {
    bool success = true;
    bool failure = false;
    bool cancelled = false;
};

/// Functions that need the world. Implemented by execution/ (the runner's workspace).
class Outside {
  public:
    virtual ~Outside() = default;
    /// One SHA-256 in hex over all files that match; empty when none does.
    virtual Result<std::string> hash_files(const std::vector<std::string>& patterns) = 0;
};

class Contexts {
  public:
    /// `name` as in expressions: github, env, vars, job, steps, runner, secrets, needs, inputs, …
    void set(std::string_view name, Value value);
    /// Null where the name is GitHub's and nothing was set; nothing for an unknown name.
    std::optional<Value> find(std::string_view name) const;
    /// Adds one context for each member of a JSON object ({"github": …, "needs": …}).
    Result<void> add_json(std::string_view object_text);

    /// Unset: status functions are an error ("only in `if`").
    std::optional<StatusFacts> status;
    /// Not owned; unset: hashFiles is an error. Must outlive the calls.
    Outside* outside = nullptr;

  private:
    std::map<std::string, Value, std::less<>> values_;
};

/// What is wrong with an expression, and where.
struct Failure {
    std::string message;
    std::size_t position = 0;  // 1-based byte of the expression; 0: not at one place
};

/// Found by ADL when `.value()` is called on a failure: a broken promise of the caller.
[[noreturn]] void throw_exception_from_error(
    const Failure& failure, const boost::source_location& at
);

/// `expression` without ${{ }}. For callers that show the place themselves.
boost::system::result<Value, Failure> try_evaluate(
    std::string_view expression, const Contexts& contexts
);

/// The same with one sentence as error: "… at position 7 of 'github.'" (code `invalid`).
Result<Value> evaluate(std::string_view expression, const Contexts& contexts);

/// Text with any number of ${{ }}: each replaced by its value's text.
Result<std::string> interpolate(std::string_view text, const Contexts& contexts);

/// As interpolate, but a text that is one ${{ }} and nothing else keeps the value's kind
/// (timeout-minutes, continue-on-error, matrix).
Result<Value> evaluate_template(std::string_view text, const Contexts& contexts);

/// `if:`, with or without ${{ }}; empty means success(). Unless a status function occurs in it,
/// success() && (…) is meant.
Result<bool> evaluate_condition(
    std::string_view text, const Contexts& contexts, const StatusFacts& status
);

}  // namespace triphammer::workflow::expression
