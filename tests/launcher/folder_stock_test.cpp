#include "launcher/folder_stock.hpp"

#include "base/file.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace triphammer::launcher {
namespace {

namespace fs = std::filesystem;
using triphammer::testing::TempDir;

struct stat facts_of(const fs::path& path) {
    struct stat facts {};

    EXPECT_EQ(::lstat(path.c_str(), &facts), 0) << path;
    return facts;
}

std::size_t count_entries(const fs::path& folder) {
    std::error_code none;
    const fs::directory_iterator begin{folder, none};
    return static_cast<std::size_t>(std::distance(begin, fs::directory_iterator{}));
}

std::size_t count_ready(const fs::path& run) {
    return count_entries(run / "ready");
}

void expect_frame(const fs::path& folder) {
    for (const auto* name : kStepFolders) {
        const auto facts = facts_of(folder / name);
        EXPECT_TRUE(S_ISDIR(facts.st_mode)) << name;
        EXPECT_EQ(facts.st_mode & 07777, 0700U) << name;
        EXPECT_EQ(facts.st_uid, ::geteuid()) << name;
        const bool is_home = name == std::string{"home"};
        const std::size_t usual = is_home ? 2 : 0;
        const auto entries = name == std::string{"temp"} ? kFirstFiles.size() + 1 : usual;
        EXPECT_EQ(count_entries(folder / name), entries) << name;
    }
    for (const auto* name : kRunnerFolders) {
        EXPECT_EQ(facts_of(folder / name).st_mode, S_IFDIR | 0700U) << name;
        EXPECT_EQ(count_entries(folder / name), 0U) << name;
    }
    for (const auto* name : kFirstFiles) {
        const auto facts = facts_of(folder / "temp" / name);
        EXPECT_TRUE(S_ISREG(facts.st_mode)) << name;
        EXPECT_EQ(facts.st_mode & 07777, 0600U) << name;
        EXPECT_EQ(facts.st_size, 0) << name;
        EXPECT_EQ(facts.st_nlink, 1U) << name;
    }
    for (const auto* name : {"lock", "runner.log", "spool"}) {
        const auto facts = facts_of(folder / name);
        EXPECT_EQ(facts.st_size, 0) << name;
        EXPECT_EQ(facts.st_uid, ::geteuid()) << name;
    }
    EXPECT_EQ(facts_of(folder / "spool").st_mode, S_IFREG | 0640U);
    EXPECT_EQ(count_entries(folder), 8U);
}

TEST(FolderStock, GivesFoldersAlsoWhenNoneIsReady) {
    const TempDir run;
    FolderStock stock{run.path(), {}};
    ASSERT_TRUE(stock.take(run / "1"));
    ASSERT_TRUE(stock.fill());
    const auto ready = count_ready(run.path());
    ASSERT_TRUE(stock.take(run / "2"));

    EXPECT_EQ(count_ready(run.path()) + 1, ready);
    expect_frame(run / "1");
    expect_frame(run / "2");
    EXPECT_EQ(facts_of(run / "2").st_mode & 0777, 0700U);
}

TEST(FolderStock, NeverGivesAFolderThatIsThere) {
    const TempDir run;
    FolderStock stock{run.path(), {}};
    fs::create_directory(run / "1");

    EXPECT_EQ(stock.take(run / "1").error().code, Code::conflict);
    ASSERT_TRUE(stock.fill());
    EXPECT_EQ(stock.take(run / "1").error().code, Code::conflict);
    EXPECT_TRUE(fs::is_empty(run / "1"));
}

TEST(FolderStock, ForgetsWhatAnEarlierLauncherMade) {
    const TempDir run;
    ASSERT_TRUE(FolderStock(run.path(), {}).fill());
    ASSERT_GT(count_ready(run.path()), 0U);

    FolderStock next{run.path(), {}};

    EXPECT_EQ(count_ready(run.path()), 0U);
    ASSERT_TRUE(next.take(run / "1"));
    expect_frame(run / "1");
}

TEST(FolderStock, TakesNoFolderBackWithATreeInPlaceOfAFile) {
    const TempDir run;
    FolderStock stock{run.path(), {}};
    ASSERT_TRUE(stock.take(run / "1"));
    const auto tree = run / "1" / "temp" / "state_1";
    fs::remove(tree);
    fs::create_directory(tree);
    for (int i = 0; i < 100; ++i) fs::create_directory(tree / std::to_string(i));

    EXPECT_FALSE(stock.take_back(run / "1")) << "it is removed when nobody waits";
    EXPECT_TRUE(fs::exists(tree / "99"));
}

TEST(FolderStock, TakesBackWhatNothingWasLeftIn) {
    const TempDir run;
    FolderStock stock{run.path(), {}};
    ASSERT_TRUE(stock.fill());
    ASSERT_TRUE(stock.take(run / "1"));

    ASSERT_TRUE(stock.take_back(run / "1"));
    ASSERT_TRUE(stock.take(run / "2"));

    expect_frame(run / "2");
}

/// What an attempt leaves, with some file of its own.
class TakenBack : public ::testing::Test {
  protected:
    void SetUp() override {
        ASSERT_TRUE(stock_.take(folder_));
        for (const auto* name :
             {"lock", "runner.log", "spool", "work/file", "temp/script_2.sh", "temp/output_1"}) {
            ASSERT_TRUE(replace_file(folder_ / name, "left"));
        }
        fs::create_directories(folder_ / "home" / "one" / "two");
        fs::create_directories(folder_ / "actions" / "owner" / "name");
        fs::remove(folder_ / "temp" / "tools");
        fs::create_directory_symlink("/etc", folder_ / "temp" / "tools");
        fs::create_symlink("/", folder_ / "tmp" / "link");
        fs::remove(folder_ / "temp" / "env_1");
        fs::create_symlink("/etc/passwd", folder_ / "temp" / "env_1");
        fs::remove(folder_ / "temp" / "path_1");
        fs::create_hard_link(folder_ / "work" / "file", folder_ / "temp" / "path_1");
        fs::permissions(folder_ / "work", fs::perms::all);
        if (::geteuid() == 0) {
            ASSERT_EQ(::chown((folder_ / "work").c_str(), 12345, 12345), 0);
        }
        ASSERT_TRUE(stock_.fill());
    }

    /// As one that goes on; the stock is last in, first out.
    void expect_used_again() {
        ASSERT_TRUE(stock_.take_back(folder_));
        EXPECT_FALSE(fs::exists(folder_));
        ASSERT_TRUE(stock_.take(run_ / "2"));
        EXPECT_EQ(facts_of(run_ / "2" / "work").st_ino, inode_);
        expect_frame(run_ / "2");
    }

    void expect_refused(const char* why) {
        EXPECT_FALSE(stock_.take_back(folder_)) << why;
        EXPECT_TRUE(fs::exists(folder_)) << "somebody else removes it";
    }

    TempDir run_;
    FolderStock stock_{run_.path(), {}};
    fs::path folder_ = run_ / "1";
    ino_t inode_ = 0;
};

TEST_F(TakenBack, IsAsItWasMade) {
    inode_ = facts_of(folder_ / "work").st_ino;
    expect_used_again();
    EXPECT_TRUE(fs::exists("/etc")) << "links are not followed";
}

TEST_F(TakenBack, IsRefusedWhenItHoldsMuch) {
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(write_all(
            open_file(folder_ / "work" / std::to_string(i), O_WRONLY | O_CREAT)->get(), "x"
        ));
    }
    expect_refused("many files are removed when nobody waits");
}

TEST_F(TakenBack, IsRefusedWhenAPartWasReplaced) {
    fs::remove_all(folder_ / "home");
    fs::create_directory_symlink(run_.path(), folder_ / "home");
    expect_refused("a link");
}

TEST_F(TakenBack, IsRefusedWhenItsOwnerLeftALabel) {
    const auto set = ::setxattr((folder_ / "tmp").c_str(), "user.label", "x", 1, 0);
    ASSERT_EQ(set, 0) << "this file system knows no labels";
    expect_refused("rights that new files would inherit look the same");
}

TEST_F(TakenBack, IsRefusedWhenTheJournalIsALink) {
    ASSERT_TRUE(replace_file(run_ / "precious", "precious"));
    fs::remove(folder_ / "spool");
    fs::create_symlink(run_ / "precious", folder_ / "spool");
    expect_refused("the next runner would write where it leads");
    EXPECT_EQ(*read_file(run_ / "precious", 100), "precious");
}

TEST_F(TakenBack, IsRefusedWhenTheLogIsAnothersFile) {
    fs::remove(folder_ / "runner.log");
    ASSERT_TRUE(replace_file(run_ / "precious", "precious"));
    fs::create_hard_link(run_ / "precious", folder_ / "runner.log");
    expect_refused("a second name of a file");
    EXPECT_EQ(*read_file(run_ / "precious", 100), "precious");
}

}  // namespace
}  // namespace triphammer::launcher
