#pragma once
// Finds the ${{ … }} in a text. Pure.

#include "workflow/expression/evaluator.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace triphammer::workflow::expression {

struct Segment {
    bool is_expression = false;
    std::string_view text;   // of an expression: what stands between ${{ and }}
    std::size_t offset = 0;  // of `text` in the whole, in bytes
};

/// Empty for an empty text. A `}}` inside a quoted string does not end an expression. Failure: an
/// expression that is not closed; its position is that of the ${{, 1-based.
boost::system::result<std::vector<Segment>, Failure> split_segments(std::string_view text);

/// Whether `text` holds at least one ${{.
bool has_expression(std::string_view text);

/// The text without the outer ${{ }}, where exactly one encloses all of it but blanks.
std::string_view strip_braces(std::string_view text);

/// The same of a condition: there a blank or line end around ${{ }} is text as any other. Source:
/// GitHub's page "Workflow syntax", jobs.<job_id>.if, and its issue github/docs#6508.
std::string_view strip_condition(std::string_view text);

}  // namespace triphammer::workflow::expression
