#pragma once
// Many evaluations that share what they may work on. Pure.

#include "workflow/expression/evaluator.hpp"
#include "workflow/expression/parser.hpp"

#include <cstddef>

namespace triphammer::workflow::expression {

/// As try_evaluate of the text that `tree` was parsed from. The bytes that it works on go off
/// `left`; a failure where there are not as many.
boost::system::result<Value, Failure> try_evaluate(
    const Tree& tree, const Contexts& contexts, std::size_t& left
);

}  // namespace triphammer::workflow::expression
