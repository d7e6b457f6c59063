#include "results/junit.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using results::Outcome;
using results::Test;

namespace {

std::vector<Test> read(const std::string& xml) {
    std::vector<Test> tests;
    results::JunitReader handler{"/work/app", [&](Test test) { tests.push_back(std::move(test)); }};
    xml::Reader reader{handler};
    EXPECT_TRUE(reader.feed(xml, true));
    EXPECT_TRUE(handler.has_suite());
    return tests;
}

Test read_one(const std::string& test) {
    auto tests = read("<testsuite name=\"suite\">" + test + "</testsuite>");
    return tests.size() == 1 ? tests[0] : Test{.name = "not one test"};
}

}  // namespace

TEST(Junit, ReadsWhatPytestWrites) {
    const auto test = read_one(
        "<testcase classname=\"tests.test_prices\" name=\"test_half\" time=\"0.012\">"
        "<failure message=\"AssertionError: assert 2 == 3&#10;  +  where\">def test_half():\n"
        ">       assert half(4) == 3\n\ntests/test_prices.py:14: AssertionError</failure>"
        "</testcase>"
    );

    EXPECT_EQ(test.suite, "tests.test_prices");
    EXPECT_EQ(test.name, "test_half");
    EXPECT_EQ(test.outcome, Outcome::failed);
    EXPECT_EQ(test.ms, 12);
    EXPECT_EQ(test.file, "tests/test_prices.py");
    EXPECT_EQ(test.line, 14);
    EXPECT_EQ(test.message, "AssertionError: assert 2 == 3\n  +  where");
    EXPECT_TRUE(test.details.starts_with("def test_half()"));
}

TEST(Junit, ReadsWhatGoogleTestWrites) {
    const auto test = read_one(
        "<testcase name=\"Adds\" file=\"/work/app/tests/sum_test.cpp\" line=\"7\" status=\"run\" "
        "time=\"1,234.5\" classname=\"Sum\">"
        "<failure message=\"/work/app/tests/sum_test.cpp:9&#x0A;Expected equality\" type=\"\">"
        "<![CDATA[/work/app/tests/sum_test.cpp:9\nExpected equality]]></failure></testcase>"
    );

    EXPECT_EQ(test.file, "tests/sum_test.cpp");
    EXPECT_EQ(test.line, 9);
    EXPECT_EQ(test.ms, 1'234'500);
}

TEST(Junit, KeepsTheFileOfTheTestWhenAnotherOneFailed) {
    const auto test = read_one(
        "<testcase name=\"t\" file=\"spec/a.js\" line=\"3\">"
        "<error type=\"TypeError\">at lib/b.js:40:2</error></testcase>"
    );

    EXPECT_EQ(test.file, "spec/a.js");
    EXPECT_EQ(test.line, 3);
    EXPECT_EQ(test.message, "TypeError");
}

TEST(Junit, TellsSkippedAndFlakyApart) {
    const auto tests = read(
        "<testsuites><testsuite name=\"s\">"
        "<testcase name=\"a\"><skipped message=\"not today\"/></testcase>"
        "<testcase name=\"b\"><flakyFailure message=\"once\">x</flakyFailure></testcase>"
        "<testcase name=\"c\"><failure message=\"first\"/><rerunFailure message=\"again\"/>"
        "</testcase><testcase name=\"d\"/></testsuite></testsuites>"
    );

    ASSERT_EQ(tests.size(), 4U);
    EXPECT_EQ(tests[0].outcome, Outcome::skipped);
    EXPECT_EQ(tests[0].message, "not today");
    EXPECT_EQ(tests[1].outcome, Outcome::passed);
    EXPECT_TRUE(tests[1].is_flaky);
    EXPECT_EQ(tests[2].outcome, Outcome::failed);
    EXPECT_EQ(tests[2].message, "first");
    EXPECT_FALSE(tests[2].is_flaky);
    EXPECT_EQ(tests[3].suite, "s");
}

TEST(Junit, TakesTheNearestSuiteAndCutsWhatIsTooLong) {
    const auto tests = read(
        "<testsuite name=\"outer\"><testsuite name=\"inner\" file=\"a_test.go\">"
        "<testcase name=\"deep\"><failure>" +
        std::string(200'000, 'x') +
        "</failure></testcase>"
        "</testsuite><testcase name=\"flat\"/></testsuite>"
    );

    ASSERT_EQ(tests.size(), 2U);
    EXPECT_EQ(tests[0].suite, "inner");
    EXPECT_EQ(tests[0].file, "a_test.go");
    EXPECT_EQ(tests[0].details.size(), results::kMostDetails);
    EXPECT_EQ(tests[0].message.size(), results::kMostMessage);
    EXPECT_EQ(tests[1].suite, "outer");
}

TEST(Junit, DoesNotTakeTheOutputOfATestForItsFailure) {
    const auto test = read_one(
        "<testcase name=\"t\"><failure message=\"m\">why</failure>"
        "<system-out>a.py:99: noise</system-out></testcase>"
    );

    EXPECT_EQ(test.details, "why");
    EXPECT_EQ(test.file, "");
}

TEST(FindPlace, KnowsAFileFromAClockAndAPort) {
    EXPECT_EQ(results::find_place("at 12:30:01 on localhost:8080"), std::nullopt);
    EXPECT_EQ(results::find_place("http://127.0.0.1:80/x"), std::nullopt);
    const auto place = results::find_place("12:01 panic in ./pkg/sum_test.go:42 +0x1d");
    ASSERT_TRUE(place);
    EXPECT_EQ(place->file, "./pkg/sum_test.go");
    EXPECT_EQ(place->line, 42);
}

TEST(Shorten, TakesTheWorkspaceAway) {
    EXPECT_EQ(results::shorten("/work/app/a.c", "/work/app"), "a.c");
    EXPECT_EQ(results::shorten("/work/apple/a.c", "/work/app"), "/work/apple/a.c");
    EXPECT_EQ(results::shorten("file:///work/app/a.c", "/work/app"), "a.c");
    EXPECT_EQ(results::shorten("./a.c", ""), "a.c");
}
