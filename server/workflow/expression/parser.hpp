#pragma once
// Tokens → tree, after GitHub's table of operators. Pure.

#include "workflow/expression/evaluator.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::workflow::expression {

inline constexpr std::size_t kMaxLength = 21'000;
/// Of the tree; parentheses that only group make no level of it.
inline constexpr int kMaxDepth = 50;
/// Of those parentheses.
inline constexpr int kMaxGroups = 200;
/// What a text may grow to when its expressions are replaced.
inline constexpr std::size_t kMaxText = 16U << 20U;

enum class NodeKind {
    literal,
    context,   // name
    function,  // name, children: arguments
    index,     // children: operand, index; `a.b` and `a['b']` alike
    filter,    // children: operand; `a.*`
    negate,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    both,    // children: two or more
    either,  // children: two or more
};

struct Node {
    NodeKind kind = NodeKind::literal;
    std::size_t position = 0;  // 1-based, in the expression
    std::string name;          // as written
    Value literal;
    std::vector<std::size_t>
        children;  // indexes of Tree::nodes; always smaller than the node's own
};

struct Tree {
    std::vector<Node> nodes;

    const Node& root() const { return nodes.back(); }
};

/// Checks the form, the functions' names and the number of their arguments; contexts are not
/// checked.
boost::system::result<Tree, Failure> parse(std::string_view expression);

/// Whether success(), failure(), cancelled() or always() occurs.
bool has_status_function(const Tree& tree);

}  // namespace triphammer::workflow::expression
