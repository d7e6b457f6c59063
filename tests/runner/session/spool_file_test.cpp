#include "runner/session/spool_file.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace triphammer::runner {
namespace {

namespace fs = std::filesystem;
using triphammer::testing::TempDir;

TEST(SpoolFile, BeginsInTheEmptyFileThatIsThere) {
    const TempDir folder;
    ASSERT_TRUE(replace_file(folder / "spool", ""));

    auto spool = SpoolFile::begin(folder / "spool");

    ASSERT_TRUE(spool) << spool.error().message;
    ASSERT_TRUE(spool->append("one", "two"));
    EXPECT_EQ(*read_file(folder / "spool", 100), "onetwo");
}

TEST(SpoolFile, NeverGoesOnWithWhatAnotherRunnerWrote) {
    const TempDir folder;
    ASSERT_TRUE(replace_file(folder / "spool", "left"));

    const auto spool = SpoolFile::begin(folder / "spool");

    ASSERT_FALSE(spool);
    EXPECT_EQ(spool.error().code, Code::conflict);
    EXPECT_EQ(*read_file(folder / "spool", 100), "left");
}

TEST(SpoolFile, DoesNotFollowALink) {
    const TempDir folder;
    ASSERT_TRUE(replace_file(folder / "elsewhere", ""));
    fs::create_symlink(folder / "elsewhere", folder / "spool");

    EXPECT_FALSE(SpoolFile::begin(folder / "spool"));
}

TEST(SpoolFile, IsEmptyWhenEverythingIsInTheTables) {
    const TempDir folder;
    auto spool = SpoolFile::begin(folder / "spool");
    ASSERT_TRUE(spool) << spool.error().message;
    ASSERT_TRUE(spool->append("all"));

    spool->clear();

    EXPECT_EQ(fs::file_size(folder / "spool"), 0U);
}

}  // namespace
}  // namespace triphammer::runner
