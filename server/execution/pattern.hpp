#pragma once
// Finds a regular expression in one line: Pike's machine, which follows all ways at once and never
// goes back. Steps are counted, so that a line has a price that nobody can exceed. Pure.

#include "execution/pattern_program.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::execution {

/// Invalid bytes become U+FFFD.
std::u32string to_characters(std::string_view utf8);
std::string to_utf8(std::u32string_view characters);

class Pattern {
  public:
    /// So many steps may one look take (a millisecond or two).
    static constexpr std::size_t kMostSteps = 200'000;

    /// Code::invalid: not an expression, or one with look-around or backreferences.
    static Result<Pattern> make(std::string_view utf8);

    std::size_t groups() const { return program_.groups; }

    /// The leftmost match as its groups, [0] the whole; an unset group is empty. Nothing: none.
    /// Code::too_large: it would take more than kMostSteps.
    Result<std::optional<std::vector<std::string>>> find(std::u32string_view line) const;

  private:
    explicit Pattern(PatternProgram program) : program_{std::move(program)} {}

    PatternProgram program_;
};

}  // namespace triphammer::execution
