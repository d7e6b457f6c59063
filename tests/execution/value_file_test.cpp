#include "execution/value_file.hpp"

#include "base/file.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace triphammer::execution {
namespace {

using testing::TempDir;

Result<Values> read_text(std::string_view text) {
    const TempDir folder;
    EXPECT_TRUE(replace_file(folder / "output", text));
    return read_value_file(folder / "output");
}

TEST(ValueFile, ReadsLinesAndBlocks) {
    const auto values = read_text("a=1\n\nb=x=y\r\nc<<EOF\nline 1\n\nline <<3\nEOF\nd<<E\nE\n");

    ASSERT_TRUE(values);
    EXPECT_EQ(*values, (Values{{"a", "1"}, {"b", "x=y"}, {"c", "line 1\n\nline <<3"}, {"d", ""}}));
}

TEST(ValueFile, SaysWhichLineIsWrong) {
    EXPECT_EQ(
        read_text("a=1\nnonsense\n").error().message,
        "line 2: neither NAME=value nor NAME<<DELIMITER"
    );
    EXPECT_EQ(read_text("=1\n").error().code, Code::invalid);
    EXPECT_EQ(read_text("a<<\nx\n").error().code, Code::invalid);
    EXPECT_EQ(read_text("a<<EOF\nx\n").error().code, Code::invalid);
}

TEST(ValueFile, HasALimit) {
    EXPECT_EQ(read_text("a=" + std::string(2U << 20U, 'x')).error().code, Code::too_large);
}

TEST(ValueFile, RefusesWhatNoEnvironmentCanHold) {
    EXPECT_EQ(
        read_text(std::string{"a=1\nb=x\0y\n", 10}).error().message, "line 2: 'b' holds a NUL byte"
    );
}

TEST(ValueFile, MayBeAbsent) {
    EXPECT_EQ(read_value_file("/nonexistent/output")->size(), 0U);
}

TEST(ValueFile, FollowsNoLinkAndWaitsForNoPipe) {
    const TempDir folder;
    ASSERT_TRUE(replace_file(folder / "target", "stolen=1\n"));
    std::filesystem::create_symlink(folder / "target", folder / "link");
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);

    EXPECT_EQ(read_value_file(folder / "link").error().code, Code::refused);
    EXPECT_EQ(read_value_file(folder / "pipe").error().code, Code::refused);
    EXPECT_EQ(read_value_file(folder.path()).error().code, Code::refused);
}

TEST(ValueFile, ReadsPaths) {
    const TempDir folder;
    ASSERT_TRUE(replace_file(folder / "path", "/opt/a\n\n/opt/b"));

    EXPECT_EQ(*read_path_file(folder / "path"), (std::vector<std::string>{"/opt/a", "/opt/b"}));
}

TEST(ValueFile, ReservesWhatGitHubReserves) {
    EXPECT_TRUE(is_reserved_variable("GITHUB_SHA"));
    EXPECT_TRUE(is_reserved_variable("RUNNER_TEMP"));
    EXPECT_TRUE(is_reserved_variable("NODE_OPTIONS"));
    EXPECT_FALSE(is_reserved_variable("CI"));
    EXPECT_FALSE(is_reserved_variable("MY_GITHUB_X"));
    EXPECT_FALSE(is_reserved_variable("GITHUB_TOKEN"));
}

}  // namespace
}  // namespace triphammer::execution
