#pragma once
// Splits an expression into tokens. Pure.

#include "workflow/expression/evaluator.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::workflow::expression {

enum class TokenKind {
    end,
    value,     // null, true, 42, 'text': the value itself
    name,      // context or function
    property,  // the name after a dot
    star,
    dot,
    comma,
    open,           // (
    close,          // )
    open_bracket,   // [
    close_bracket,  // ]
    bang,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    both,    // &&
    either,  // ||
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::string_view text;
    std::size_t position = 0;  // 1-based
    Value value;
};

/// Ends with one `end` token.
boost::system::result<std::vector<Token>, Failure> tokenize(std::string_view expression);

}  // namespace triphammer::workflow::expression
