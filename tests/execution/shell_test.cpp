#include "execution/shell.hpp"

#include <gtest/gtest.h>

namespace triphammer::execution {
namespace {

std::vector<std::string> words(const std::string& shell, bool has_bash = true) {
    return command_line(*make_script(shell, "echo", has_bash), "/t/s");
}

using Words = std::vector<std::string>;

TEST(Shell, UsesTheFlagsOfGitHub) {
    EXPECT_EQ(words(""), (Words{"bash", "-e", "/t/s"}));
    EXPECT_EQ(words("", false), (Words{"sh", "-e", "/t/s"}));
    EXPECT_EQ(words("bash"), (Words{"bash", "--noprofile", "--norc", "-eo", "pipefail", "/t/s"}));
    EXPECT_EQ(words("sh"), (Words{"sh", "-e", "/t/s"}));
    EXPECT_EQ(words("python"), (Words{"python3", "/t/s"}));
}

TEST(Shell, FillsTheTemplate) {
    EXPECT_EQ(words("perl -w {0}"), (Words{"perl", "-w", "/t/s"}));
    EXPECT_EQ(words("env 'A=b c' sh --file={0}"), (Words{"env", "A=b c", "sh", "--file=/t/s"}));
}

TEST(Shell, RefusesWhatItDoesNotKnow) {
    EXPECT_EQ(make_script("fish", "x", true).error().code, Code::invalid);
}

TEST(Shell, NamesTheFileAfterTheLanguage) {
    EXPECT_EQ(make_script("python", "x", true)->extension, ".py");
    EXPECT_EQ(make_script("bash -x {0}", "x", true)->extension, ".sh");
    EXPECT_EQ(make_script("", "x", true)->extension, ".sh");
}

}  // namespace
}  // namespace triphammer::execution
