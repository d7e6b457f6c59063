#include "base/unused.hpp"

#include "base/file.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

namespace triphammer {

namespace {

struct Unused : ::testing::Test {
    void add(const std::string& name, std::int64_t second) {
        ASSERT_TRUE(make_directory(root / name, 0700));
        ASSERT_TRUE(replace_file(root / name / "file", "x"));
        const timespec times[2] = {{second, 0}, {second, 0}};
        ASSERT_EQ(::utimensat(AT_FDCWD, (root / name).c_str(), times, 0), 0);
    }

    std::vector<std::string> take(std::int64_t since) {
        std::vector<std::string> out;
        for (const auto& path : set_unused_aside(root.path(), from_unix_ms(since * 1000))) {
            out.push_back(path.filename().string());
        }
        return out;
    }

    triphammer::testing::TempDir root;
};

}  // namespace

TEST_F(Unused, IsWhatNobodyUsedSince) {
    add("old", 100);
    add("new", 300);

    EXPECT_EQ(take(200), std::vector<std::string>{"old.unused"});
    EXPECT_FALSE(std::filesystem::exists(root / "old"));
    EXPECT_TRUE(std::filesystem::exists(root / "new" / "file"));
}

TEST_F(Unused, IsNotWhatWasUsedNow) {
    add("old", 100);

    mark_used(root / "old");
    mark_used(root / "nothing");

    EXPECT_TRUE(take(200).empty());
    EXPECT_FALSE(std::filesystem::exists(root / "nothing"));
}

TEST_F(Unused, IsToldAgainUntilItIsRemoved) {
    add("old", 100);
    take(200);

    EXPECT_EQ(take(0), std::vector<std::string>{"old.unused"});
}

TEST_F(Unused, IsNothingWhereThereIsNoFolder) {
    EXPECT_TRUE(set_unused_aside(root / "none", from_unix_ms(0)).empty());
}

}  // namespace triphammer
