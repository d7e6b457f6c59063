#include "results/gather.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using results::Gather;
using results::Outcome;
using results::Part;

namespace {

std::vector<Part> parts_of(Gather& gather) {
    std::vector<Part> parts;
    EXPECT_TRUE(gather.hand_on([&](const Part& part) -> Result<> {
        const auto text = results::to_text(part);
        EXPECT_LE(text.size(), results::kMostPartBytes);
        parts.push_back(results::parse_part(text).value());
        return {};
    }));
    return parts;
}

}  // namespace

TEST(Gather, LetsNoSuccessCoverAFailure) {
    Gather gather;
    gather.add({.suite = "s", .name = "t", .outcome = Outcome::passed, .ms = 1});
    gather.add({.suite = "s", .name = "t", .outcome = Outcome::failed, .ms = 2, .message = "why"});
    gather.add({.suite = "s", .name = "t", .outcome = Outcome::passed, .ms = 4});
    gather.add({.suite = "other", .name = "t"});

    const auto parts = parts_of(gather);

    ASSERT_FALSE(parts.empty());
    ASSERT_EQ(parts[0].tests.size(), 2U);
    EXPECT_EQ(parts[0].tests[0].outcome, Outcome::failed);
    EXPECT_EQ(parts[0].tests[0].message, "why");
    EXPECT_EQ(parts[0].tests[0].ms, 7);
    EXPECT_FALSE(parts[0].tests[0].is_flaky);
}

TEST(Gather, HandsOnInPartsThatFit) {
    Gather gather;
    for (int i = 0; i < 100; ++i) {
        const std::string worst(results::kMostDetails, i % 2 == 0 ? '"' : '\xff');
        gather.add({.name = std::to_string(i), .outcome = Outcome::failed, .details = worst});
    }
    for (int i = 0; i < 30; ++i) {
        gather.add(results::Text{std::to_string(i), std::string(results::kMostText, '\n')});
    }

    std::size_t tests = 0;
    std::size_t texts = 0;
    std::vector<std::string> problems;
    for (const auto& part : parts_of(gather)) {
        tests += part.tests.size();
        texts += part.texts.size();
        problems.insert(problems.end(), part.problems.begin(), part.problems.end());
    }

    EXPECT_EQ(tests, 100U);
    EXPECT_EQ(texts, 20U);
    EXPECT_EQ(problems.size(), 10U);
}

TEST(Gather, SaysWhatItLeavesOut) {
    Gather gather;
    for (std::size_t i = 0; i < results::kMostTests + 3; ++i) {
        gather.add({.name = std::to_string(i)});
    }

    const auto parts = parts_of(gather);

    EXPECT_EQ(gather.tests().size(), results::kMostTests);
    ASSERT_EQ(parts.back().problems.size(), 1U);
    EXPECT_EQ(parts.back().problems[0], "3 tests more than are kept are left out");
}

TEST(Gather, WithoutAnythingGivesOneEmptyPart) {
    Gather gather;
    EXPECT_EQ(parts_of(gather).size(), 1U);
}

TEST(Part, ComesBackAsItWas) {
    Part part;
    part.tests.push_back({"s", "n", Outcome::skipped, true, 3, "f", 4, "m", "d"});
    part.coverage = results::Coverage{10, 5, {{"f", 10, 5}}};
    part.findings.push_back({"tool", "rule", "error", "m", "f", 2});
    part.texts.push_back({"p", "t"});
    part.problems.push_back("x");

    const auto text = results::to_text(part);

    EXPECT_EQ(results::to_text(results::parse_part(text).value()), text);
    EXPECT_EQ(results::to_text_without_tests(part).find("\"tests\""), std::string::npos);
}

TEST(Part, OfAnotherFormIsRefused) {
    for (const char* text :
         {"",
          "[]",
          R"({"tests": 1})",
          R"({"tests": [1]})",
          R"({"tests": [{"name": 1, "outcome": "passed"}]})",
          R"({"tests": [{"name": "a", "outcome": "fine"}]})",
          R"({"tests": [{"name": "a", "outcome": "passed", "ms": "1"}]})",
          R"({"coverage": []})"}) {
        EXPECT_FALSE(results::parse_part(text)) << text;
    }
}

TEST(Clean, LeavesNoColoursAndNoHalfCharacters) {
    EXPECT_EQ(results::clean("\x1b[31mred\x1b[0m\r\n\tx\x01", 100), "red\n\tx");
    EXPECT_EQ(results::clean("ab\xc3\xa9", 3), "ab");
    EXPECT_EQ(results::clean("\x1b", 10), "");
}
