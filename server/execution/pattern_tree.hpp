#pragma once
// The parts of a regular expression, before it becomes a program.

#include "execution/pattern_program.hpp"

#include <optional>

namespace triphammer::execution {

struct PatternNode {
    enum class Kind { empty, set, edge, sequence, choice, repeat, group };

    static constexpr std::uint32_t kNoLimit = ~0U;

    Kind kind = Kind::empty;
    CharacterSet set;
    PatternOp edge = PatternOp::begin;  // of Kind::edge
    std::vector<PatternNode> children;
    std::uint32_t least = 0;  // of Kind::repeat
    std::uint32_t most = 0;
    bool lazy = false;
    std::uint32_t group = 0;  // of Kind::group; 0: it captures nothing
};

struct PatternTree {
    PatternNode root;
    std::size_t groups = 1;
};

Result<PatternTree> parse_pattern(std::u32string_view text);

}  // namespace triphammer::execution
