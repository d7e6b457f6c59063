#pragma once
// A regular expression as a program for pattern.hpp. The syntax is ECMAScript's without what needs
// backtracking (backreferences, look-around): so a match takes steps in proportion to
// text × program, however hostile both are. Pure.
// Source: ECMA-262, "RegExp (Regular Expression) Objects".

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace triphammer::execution {

struct CharacterSet {
    std::vector<std::pair<char32_t, char32_t>> ranges;
    bool negated = false;

    bool contains(char32_t character) const;
};

enum class PatternOp : std::uint8_t {
    set,       // one character of sets[first]
    split,     // go on at first, else at second
    jump,      // go on at first
    save,      // the position is the edge `first` of a group
    begin,     // ^
    end,       // $
    word,      // \b
    not_word,  // \B
    match,
};

struct PatternStep {
    PatternOp op = PatternOp::match;
    std::uint32_t first = 0;
    std::uint32_t second = 0;
};

struct PatternProgram {
    static constexpr std::size_t kMostSteps = 2000;

    std::vector<PatternStep> steps;
    std::vector<CharacterSet> sets;
    std::size_t groups = 1;       // with the whole match
    std::u32string needle;        // stands in every match; empty: none is known
    bool begins_at_line = false;  // every match does
};

bool is_word_character(char32_t character);

/// Code::invalid says what is wrong, or what is not supported, and where; too large is wrong too.
Result<PatternProgram> compile_pattern(std::u32string_view text);

}  // namespace triphammer::execution
