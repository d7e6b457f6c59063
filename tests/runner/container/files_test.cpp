#include "runner/container/files.hpp"

#include "base/file.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>

using namespace triphammer;
using namespace triphammer::runner;

namespace {

/// Paths of everything that would be sent now.
std::vector<std::string> take(FolderSync& folder) {
    std::vector<std::string> out;
    for (const auto& header : folder.take_changes().value()) out.push_back(header.path);
    return out;
}

using Paths = std::vector<std::string>;

}  // namespace

TEST(FolderSync, SendsEverythingOnceAndThenWhatChanged) {
    triphammer::testing::TempDir root;
    std::filesystem::create_directory(root / "folder");
    ASSERT_TRUE(replace_file(root / "folder" / "a", "1"));
    ASSERT_TRUE(replace_file(root / "b", "1"));
    FolderSync folder{root.path().string()};

    const auto first = take(folder);
    const auto second = take(folder);
    ASSERT_TRUE(replace_file(root / "folder" / "a", "2"));
    const auto third = take(folder);

    EXPECT_EQ(first, (Paths{"b", "folder", "folder/a"}));
    EXPECT_EQ(second, Paths{});
    EXPECT_EQ(third, Paths{"folder/a"});
}

TEST(FolderSync, SendsAFolderAgainThatWasMadeAnewAndTellsWhatIsGone) {
    triphammer::testing::TempDir root;
    std::filesystem::create_directories(root / "a" / "b");
    ASSERT_TRUE(replace_file(root / "a" / "b" / "old", "1"));
    ASSERT_TRUE(replace_file(root / "a" / "same", "1"));
    ASSERT_TRUE(replace_file(root / "ab", "1"));
    FolderSync folder{root.path().string()};
    take(folder);
    std::filesystem::remove_all(root / "a" / "b");

    EXPECT_EQ(folder.forget("a"), (Paths{"a/b/old", "a/b"}));
    EXPECT_EQ(take(folder), (Paths{"a", "a/same"}));
    EXPECT_EQ(folder.forget(""), Paths{});
    EXPECT_EQ(take(folder), (Paths{"a", "a/same", "ab"}));
}

TEST(FolderSync, DoesNotSendBackWhatItFetched) {
    triphammer::testing::TempDir root;
    ASSERT_TRUE(replace_file(root / "output", ""));
    FolderSync folder{root.path().string()};
    take(folder);

    ASSERT_TRUE(folder.replace("output", "a=1\n"));

    EXPECT_EQ(take(folder), Paths{});
    EXPECT_EQ(read_file(root / "output", 100).value(), "a=1\n");
}

TEST(FolderSync, GivesWhatItSendsToTheSteps) {
    triphammer::testing::TempDir root;
    ASSERT_TRUE(replace_file(root / "a", "1"));
    std::filesystem::permissions(root / "a", std::filesystem::perms{0700});
    FolderSync own{root.path().string()};
    FolderSync shown{root.path().string()};

    own.give_to(1001, 1002);
    shown.show_to_all();

    const auto given = own.take_changes().value().front();
    const auto read = shown.take_changes().value().front();
    EXPECT_EQ(given.owner, 1001U);
    EXPECT_EQ(given.group, 1002U);
    EXPECT_EQ(read.owner, 0U);
    EXPECT_EQ(read.mode, 0755U);
}
