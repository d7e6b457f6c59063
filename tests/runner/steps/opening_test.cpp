#include "runner/steps/opening.hpp"

#include <gmock/gmock.h>

namespace triphammer::runner {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using workflow::expression::Object;
using workflow::expression::Value;

TEST(Opening, ShowsScriptShellAndVariables) {
    Environment environment;
    environment.set("PATH", "/tools:/bin");
    environment.set("LEVEL", "3");
    environment.set("EMPTY", "");
    environment.set("LINES", "one\r\ntwo\n\n");

    EXPECT_EQ(
        script_opening("Run make", "make\r\n  make test\n\n", "bash -e {0}", environment),
        "##[group]Run make\n\x1b[36;1mmake\x1b[0m\n\x1b[36;1m  make test\x1b[0m\nshell: bash -e "
        "{0}\n"
        "env:\n  LEVEL: 3\n  EMPTY:\n  LINES: one\n    two\n##[endgroup]\n"
    );
}

TEST(Opening, ShowsWhatAnActionGets) {
    const Object inputs{{"path", Value::string("out")}, {"none", Value::string("")}};

    EXPECT_EQ(
        action_opening("Run actions/checkout@v4", inputs, {}),
        "##[group]Run actions/checkout@v4\nwith:\n  path: out\n##[endgroup]\n"
    );
    EXPECT_EQ(action_opening("Run ./a", {}, {}), "##[group]Run ./a\n##[endgroup]\n");
}

TEST(Opening, IsNotEndedByWhatItShows) {
    Environment environment;
    environment.set("TEXT", "a\n##[endgroup]\n::error::b");
    const auto text = script_opening("Run x", "##[endgroup]\n::error::c", "sh -e {0}", environment);

    EXPECT_EQ(text.find("\n##["), text.rfind("\n##["));
    EXPECT_THAT(text, Not(HasSubstr("\n::")));
}

TEST(Opening, CountsTheLinesThatAreTooMany) {
    const std::string line(1000, 'x');
    std::string script;
    for (int i = 0; i < 100; ++i) script += line + "\n";
    const auto text = script_opening("Run x", script, "sh -e {0}", {});

    EXPECT_LT(text.size(), kLongestOpening + 100);
    EXPECT_THAT(text, EndsWith("\x1b[0m\n… and 37 lines more\n##[endgroup]\n"));
}

}  // namespace
}  // namespace triphammer::runner
