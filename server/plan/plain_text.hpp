#pragma once
// A key that may be one expression and has to be text. Pure.

#include "base/result.hpp"
#include "model/template.hpp"
#include "workflow/expression/evaluator.hpp"

#include <string>

namespace triphammer::plan {

/// Code::invalid where one expression gives a list or an object.
Result<std::string> read_text(
    const model::Template& text, const workflow::expression::Contexts& contexts
);

}  // namespace triphammer::plan
