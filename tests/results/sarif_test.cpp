#include "results/sarif.hpp"

#include <gtest/gtest.h>

using namespace triphammer;

TEST(Sarif, GivesTheFindingsOfEveryTool) {
    const auto findings =
        results::read_sarif(
            R"({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "lint"}}, "results": [
            {"ruleId": "E1", "level": "error", "message": {"text": "bad"}, "locations": [
              {"physicalLocation": {"artifactLocation": {"uri": "file:///w/src/a.c"},
               "region": {"startLine": 12}}}]},
            {"rule": {"id": "E2"}, "message": {"text": "odd"}},
            {"ruleId": "E3", "level": "none", "message": {"text": "fine"}}]}]})",
            "/w"
        )
            .value();

    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].tool, "lint");
    EXPECT_EQ(findings[0].rule, "E1");
    EXPECT_EQ(findings[0].level, "error");
    EXPECT_EQ(findings[0].file, "src/a.c");
    EXPECT_EQ(findings[0].line, 12);
    EXPECT_EQ(findings[1].rule, "E2");
    EXPECT_EQ(findings[1].level, "warning");
    EXPECT_EQ(findings[1].file, "");
}

TEST(Sarif, RefusesWhatIsNone) {
    EXPECT_FALSE(results::read_sarif("[]", ""));
    EXPECT_FALSE(results::read_sarif("{", ""));
    EXPECT_FALSE(results::read_sarif(R"({"runs": 3})", ""));
    EXPECT_TRUE(results::read_sarif(R"({"runs": [{"results": [7, {"locations": [[]]}]}]})", ""));
}

TEST(Sarif, OutlivesDepthWithoutEnd) {
    const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
    EXPECT_FALSE(results::read_sarif(deep, ""));
    EXPECT_TRUE(results::read_sarif(R"({"runs": [], "x": )" + deep + "}", ""));
}
