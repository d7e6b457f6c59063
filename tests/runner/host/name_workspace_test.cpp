#include "runner/host/executor.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>

using namespace triphammer::runner;

namespace fs = std::filesystem;

TEST(NamedWorkspace, IsLedToByTheRepositorysName) {
    const triphammer::testing::TempDir home;
    JobFolders folders;
    folders.home.outside = home.path().string();

    name_workspace(folders, "octo/app");

    EXPECT_EQ(fs::read_symlink(home.path() / "app"), "work");
}

// `go help gopath`: GOPATH is $HOME/go where nobody says another, and no module may lie in it.
TEST(NamedWorkspace, LeavesTheFoldersOfToolsAlone) {
    const triphammer::testing::TempDir home;
    JobFolders folders;
    folders.home.outside = home.path().string();

    for (const auto* name : {"octo/go", "octo/work", "octo/.github"}) name_workspace(folders, name);

    EXPECT_TRUE(fs::is_empty(home.path()));
}
