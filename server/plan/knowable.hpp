#pragma once
// What of a workflow's texts is known before a job has begun. Pure.

#include "workflow/expression/evaluator.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace triphammer::plan {

/// A value of more bytes stays an expression.
inline constexpr std::size_t kLongestShown = 4096;

/// What all expressions of a run may work on together, in bytes; behind that they stay expressions.
inline constexpr std::size_t kMostWork = 32U << 20U;

/// The contexts of one job, and what may be said of them.
struct Known {
    workflow::expression::Contexts contexts;  // github, inputs, vars; matrix and strategy of a leg
    bool has_inputs = true;                   // false: those of a call that has not begun
    bool has_matrix = false;
    bool has_vars = true;         // false: an environment may have others of the same names
    std::size_t* left = nullptr;  // of kMostWork, shared by the jobs of a run; null: of its own
};

/// Nothing where the expression asks for what only a runner knows (secrets, steps, needs, files),
/// or where it cannot be evaluated.
std::optional<workflow::expression::Value> find_value(
    std::string_view expression, const Known& known
);

/// Takes what was written of a value off `known.left`, too.
void spend(const Known& known, std::size_t bytes);

/// `text` with each ${{ }} replaced by its value, where that is known.
std::string fill_known(std::string_view text, const Known& known);

}  // namespace triphammer::plan
