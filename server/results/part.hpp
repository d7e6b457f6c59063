#pragma once
// What a job's `reports:` have come to, in pieces. Made beside the steps (program.hpp), masked by
// the runner, kept by the daemon; neither believes more of it than its form. Pure.

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::results {

/// Of one piece as JSON; what is in it is cut to fit.
inline constexpr std::size_t kMostPartBytes = 512U << 10U;
inline constexpr std::size_t kMostTests = 20'000;  // of an attempt
inline constexpr std::size_t kMostName = 500;      // bytes of a name or a path
inline constexpr std::size_t kMostMessage = 2'000;
inline constexpr std::size_t kMostDetails = 16'000;
inline constexpr std::size_t kMostText = 64'000;

enum class Outcome { passed, failed, skipped };

std::string_view name_of(Outcome outcome);

struct Test {
    std::string suite = {};  // or its class
    std::string name = {};
    Outcome outcome = Outcome::passed;
    bool is_flaky = false;  // it failed, was tried again by its tool, and passed
    std::int64_t ms = 0;
    std::string file = {};
    std::int64_t line = 0;  // 0: not known
    std::string message = {};
    std::string details = {};
};

struct FileCoverage {
    std::string path = {};
    std::int64_t lines = 0;
    std::int64_t covered = 0;
};

struct Coverage {
    std::int64_t lines = 0;
    std::int64_t covered = 0;
    std::vector<FileCoverage> files = {};  // those with the most lines left out first; not all
};

struct Finding {
    std::string tool = {};
    std::string rule = {};
    std::string level = {};  // error, warning or note
    std::string message = {};
    std::string file = {};
    std::int64_t line = 0;
};

struct Text {
    std::string path = {};
    std::string text = {};
};

struct Part {
    std::vector<Test> tests = {};
    std::optional<Coverage> coverage = {};
    std::vector<Finding> findings = {};
    std::vector<Text> texts = {};
    std::vector<std::string> problems = {};  // "report.xml: …": what could not be read
};

/// Compact, without line breaks.
std::string to_text(const Part& part);
/// The same without the tests.
std::string to_text_without_tests(const Part& part);
/// Texts that are too long are cut. Code::invalid for another form.
Result<Part> parse_part(std::string_view text);

/// Without colours and control characters, at most `most` bytes.
std::string clean(std::string_view text, std::size_t most);

}  // namespace triphammer::results
