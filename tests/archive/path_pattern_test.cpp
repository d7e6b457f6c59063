#include "archive/path_pattern.hpp"

#include <gtest/gtest.h>

namespace triphammer::archive {

namespace {

const Places kPlaces{"/w", "/h"};

PathList list(std::string_view text) {
    return PathList{text, kPlaces};
}

}  // namespace

TEST(PathList, TakesWhatLiesBelowANamedFolder) {
    const auto paths = list("dist\n");

    EXPECT_TRUE(paths.selects("/w/dist/a/b.txt", false));
    EXPECT_FALSE(paths.selects("/w/distant/a", false));
}

TEST(PathList, LetsTheLastPatternThatMatchesDecide) {
    const auto paths = list("out/**\n!out/**/*.tmp\nout/keep.tmp");

    EXPECT_TRUE(paths.selects("/w/out/a.txt", false));
    EXPECT_FALSE(paths.selects("/w/out/x/a.tmp", false));
    EXPECT_FALSE(paths.selects("/w/out/a.tmp", false));
    EXPECT_TRUE(paths.selects("/w/out/keep.tmp", false));
}

TEST(PathList, KeepsStarsWithinOneName) {
    const auto paths = list("a/*/c.txt");

    EXPECT_TRUE(paths.selects("/w/a/b/c.txt", false));
    EXPECT_FALSE(paths.selects("/w/a/b/x/c.txt", false));
    EXPECT_TRUE(paths.may_select_below("/w/a/b"));
    EXPECT_FALSE(paths.may_select_below("/w/z"));
}

TEST(PathList, KnowsTheHomeFolderCommentsAndFoldersOnly) {
    const auto paths = list("# a comment\n~/.npm\nlogs/");

    EXPECT_TRUE(paths.selects("/h/.npm/x", false));
    EXPECT_TRUE(paths.selects("/w/logs/x", false));
    EXPECT_FALSE(paths.selects("/w/logs", false));
}

TEST(PathList, SearchesEachFolderOnce) {
    EXPECT_EQ(list("a/b/*.txt\na\nc/**").bases(), (std::vector<std::string>{"/w/a", "/w/c"}));
}

TEST(NormalPath, ClimbsNoHigherThanTheRoot) {
    EXPECT_EQ(normal_path("/a/../../b/./c//d"), "/b/c/d");
}

TEST(CommonFolder, IsTheLongestThatAllShare) {
    EXPECT_EQ(common_folder({"/w/a/b", "/w/a/c/d"}), "/w/a");
    EXPECT_EQ(common_folder({"/w/ab", "/w/ac"}), "/w");
}

}  // namespace triphammer::archive
