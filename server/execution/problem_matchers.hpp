#pragma once
// Problem matchers: regular expressions over the lines of a step's output, whose matches become
// annotations. They belong to a job: what one step adds, the next ones have.
// Source: github.com/actions/toolkit, docs/problem-matchers.md.

#include "execution/annotation.hpp"
#include "execution/matcher_reader.hpp"

#include <optional>

namespace triphammer::execution {

class ProblemMatchers {
  public:
    static constexpr std::size_t kMostMatchers = 20;
    static constexpr std::size_t kLongestLine = 4096;  // bytes; longer ones match nothing

    /// The matchers of a definition, each in the place of one of the same owner; nothing is added
    /// when one of them is wrong. Code::invalid says what.
    Result<> add(std::string_view json);
    void remove(std::string_view owner);

    bool empty() const { return matchers_.empty(); }

    /// Another step begins: no problem goes on from the step before.
    void forget_lines();

    /// A whole line without its end. Code::too_large, with a sentence that names it: a matcher took
    /// too long and was taken away.
    Result<std::optional<Annotation>> see(std::string_view line);

  private:
    using Problem = std::array<std::string, kProblemFields>;

    struct Matcher {
        ProblemMatcher definition;
        std::size_t next = 0;  // the pattern that the next line has to match
        Problem problem;       // what its lines have said so far
    };

    static Result<std::optional<Annotation>> see_with(Matcher& matcher, std::u32string_view line);
    static std::optional<Annotation> take(Matcher& matcher, const std::vector<std::string>& groups);
    static std::optional<Annotation> annotation_of(const Matcher& matcher);

    std::vector<Matcher> matchers_;
};

}  // namespace triphammer::execution
