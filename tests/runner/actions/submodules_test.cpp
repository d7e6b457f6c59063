#include "runner/actions/submodules.hpp"

#include "base/file.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace triphammer::runner {

namespace fs = std::filesystem;

using triphammer::testing::TempDir;

TEST(ModuleLevels, AreNoneOneOrAsManyAsThereAre) {
    EXPECT_EQ(module_levels("").value(), 0);
    EXPECT_EQ(module_levels("false").value(), 0);
    EXPECT_EQ(module_levels("true").value(), 1);
    EXPECT_GT(module_levels("Recursive").value(), 1);
    EXPECT_EQ(module_levels("yes").error().code, Code::invalid);
}

TEST(PlaceOfAModule, IsAnEmptyFolderThatMayBeMissing) {
    const TempDir folder;
    fs::create_directories(folder / "libs/lib");

    EXPECT_TRUE(is_free_for_module(folder.path(), "libs/lib").value());
    EXPECT_FALSE(is_free_for_module(folder.path(), "libs/other").value());
    EXPECT_FALSE(is_free_for_module(folder.path(), "elsewhere/lib").value());
}

TEST(PlaceOfAModule, IsReachedThroughFoldersAlone) {
    const TempDir folder;
    fs::create_directories(folder / ".git/modules/x");
    fs::create_directory_symlink(".git/modules", folder / "libs");
    fs::create_directory_symlink(".git/modules/x", folder / "lib");
    replace_file(folder / "file", "x").value();

    for (const auto* path : {"libs/x", "lib", "file", "file/x", "../x", "libs//x", "./lib", ""}) {
        const auto free = is_free_for_module(folder.path(), path);
        ASSERT_FALSE(free) << path;
        EXPECT_EQ(free.error().code, Code::refused) << path;
    }
}

TEST(PlaceOfAModule, HasNothingInIt) {
    const TempDir folder;
    fs::create_directories(folder / "lib/.git");

    EXPECT_EQ(is_free_for_module(folder.path(), "lib").error().code, Code::refused);
}

}  // namespace triphammer::runner
