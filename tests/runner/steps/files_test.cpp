#include "runner/steps/files.hpp"

#include "base/file.hpp"
#include "launcher/folder_stock.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <map>

namespace triphammer::runner {
namespace {

namespace fs = std::filesystem;
using triphammer::testing::TempDir;

ino_t inode_of(const fs::path& path) {
    struct stat facts {};

    EXPECT_EQ(::lstat(path.c_str(), &facts), 0) << path;
    return facts.st_ino;
}

TEST(StepFiles, OfTheFirstStepAreThoseThatWereMadeAhead) {
    const TempDir temp;
    std::map<std::string, ino_t> made;
    for (const auto* name : launcher::kFirstFiles) {
        ASSERT_TRUE(open_file(temp / name, O_WRONLY | O_CREAT));
        made[name] = inode_of(temp / name);
    }
    const StepFiles files{{temp.path(), temp.path()}, "1"};
    ASSERT_TRUE(files.create());
    ASSERT_TRUE(files.write_script(".sh", "true"));
    ASSERT_TRUE(write_new_file(temp / "event.json", "{}", 0644));

    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator{temp.path()}) {
        EXPECT_EQ(made[entry.path().filename()], inode_of(entry.path())) << entry.path();
        ++count;
    }
    EXPECT_EQ(count, made.size());
    EXPECT_EQ(*read_file(temp / "script_1.sh", 100), "true");
    EXPECT_EQ(fs::status(temp / "script_1.sh").permissions(), fs::perms{0755});
    EXPECT_EQ(fs::status(temp / "output_1").permissions(), fs::perms{0666});
}

/// What a step may have put where the next step's file comes to lie.
TEST(StepFiles, AreNeverWhatAStepPutThere) {
    const TempDir temp;
    const auto other = temp / "other";
    ASSERT_TRUE(replace_file(other, ""));
    const auto path = temp / "output_2";
    const std::function<void()> plants[] = {
        [&] { fs::create_symlink(other, path); },
        [&] { fs::create_hard_link(other, path); },
        [&] { ASSERT_EQ(::mkfifo(path.c_str(), 0666), 0); },
        [&] { fs::create_directory(path); },
        [&] { ASSERT_TRUE(replace_file(path, "NAME=value")); },
    };
    for (const auto& plant : plants) {
        plant();
        ASSERT_TRUE(write_new_file(path, "fresh", 0666));
        EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(path)));
        EXPECT_EQ(*read_file(path, 100), "fresh");
        EXPECT_EQ(fs::file_size(other), 0U);
        fs::remove(path);
    }
}

TEST(StepFiles, AreNeverAnothersFile) {
    if (::geteuid() != 0) return SUCCEED();
    const TempDir temp;
    const auto path = temp / "output_2";
    ASSERT_TRUE(open_file(path, O_WRONLY | O_CREAT));
    ASSERT_EQ(::chown(path.c_str(), 12345, 12345), 0);
    const auto planted = inode_of(path);
    const auto held = open_file(path, O_RDONLY);  // so that its number is not given again
    ASSERT_TRUE(write_new_file(path, "fresh", 0666));

    EXPECT_NE(inode_of(path), planted);
}

}  // namespace
}  // namespace triphammer::runner
