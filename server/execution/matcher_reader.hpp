#pragma once
// Definitions of problem matchers. Source: github.com/actions/toolkit, docs/problem-matchers.md.

#include "execution/pattern.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::execution {

enum class ProblemField { file, from_path, line, column, severity, code, message };
constexpr std::size_t kProblemFields = 7;

/// One line of a problem.
struct ProblemLine {
    Pattern pattern;
    std::array<std::size_t, kProblemFields> groups{};  // by field; 0: the line does not say it
    bool loop = false;                                 // the last one: again and again
};

struct ProblemMatcher {
    static constexpr std::size_t kMostLines = 10;
    static constexpr std::size_t kMostBytes = std::size_t{64} << 10U;  // of a definition

    std::string owner;
    std::string severity;  // where no group says it
    std::vector<ProblemLine> lines;
};

/// {"problemMatcher": [{"owner", "severity", "pattern": [{"regexp", "file": GROUP, …}]}]}; comments
/// are allowed, as the documentation's examples have them. Code::invalid says what is wrong.
Result<std::vector<ProblemMatcher>> read_problem_matchers(std::string_view json);

}  // namespace triphammer::execution
