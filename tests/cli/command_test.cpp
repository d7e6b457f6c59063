#include "cli/command.hpp"

#include <gtest/gtest.h>

namespace triphammer::cli {
namespace {

struct Said {
    int status = 0;
    std::string text;
};

Said say(std::vector<std::string> words) {
    ::testing::internal::CaptureStdout();
    const int status = run(std::move(words), {});
    return {status, ::testing::internal::GetCapturedStdout()};
}

bool has(const Said& said, std::string_view text) {
    return said.text.find(text) != std::string::npos;
}

TEST(Commands, AreListedInColumnsWhateverTheirLettersAre) {
    const auto said = say({"--help"});
    EXPECT_EQ(said.status, kDone);
    EXPECT_TRUE(has(said, "triphammer run [FILE]                             runs"));
    EXPECT_TRUE(has(said, "triphammer lint FILE…                             checks"));
}

TEST(Commands, OfOneNounAreListedByItsName) {
    for (const auto& words : {std::vector<std::string>{"repo", "--help"}, {"help", "repo"}}) {
        const auto said = say(words);
        EXPECT_EQ(said.status, kDone);
        EXPECT_TRUE(has(said, "triphammer repo add OWNER/NAME"));
        EXPECT_FALSE(has(said, "triphammer secret set"));
    }
    EXPECT_EQ(say({"repo"}).status, kUsage);
    EXPECT_TRUE(has(say({"repo"}), "triphammer repo add OWNER/NAME"));
    EXPECT_EQ(say({}).status, kUsage);
}

TEST(Commands, ListTheirOptionsWithAndWithoutOtherWords) {
    for (const auto& words :
         {std::vector<std::string>{"lint", "--help"}, {"help", "lint"}, {"lint", "a.yml", "-h"}}) {
        const auto said = say(words);
        EXPECT_EQ(said.status, kDone);
        EXPECT_TRUE(has(said, "--json"));
    }
}

TEST(Commands, ThatDoNotExistAreNotHelpedWith) {
    EXPECT_EQ(say({"bogus", "--help"}).status, kUsage);
    EXPECT_EQ(say({"bogus"}).status, kUsage);
}

}  // namespace
}  // namespace triphammer::cli
