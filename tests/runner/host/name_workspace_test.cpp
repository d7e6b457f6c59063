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

    EXPECT_EQ(fs::read_symlink(home.path() / "app"), "workspace");
}

TEST(NamedWorkspace, IsWhereGitHubHasIt) {
    const triphammer::testing::TempDir home;
    fs::create_directory(home.path() / "workspace");
    JobFolders folders;
    folders.home.outside = home.path().string();
    folders.temp.inside = "/home/temp";

    name_workspace(folders, "octo/app");

    const auto work = home.path() / "work";
    EXPECT_EQ(fs::canonical(work / "app" / "app"), fs::canonical(home.path() / "workspace"));
    EXPECT_EQ(fs::canonical(work / "app"), fs::canonical(home.path()));
    EXPECT_EQ(fs::read_symlink(work / "_temp"), "/home/temp");
    EXPECT_NE(fs::status(work).permissions() & fs::perms::others_exec, fs::perms::none);
}

// `go help gopath`: GOPATH is $HOME/go where nobody says another, and no module may lie in it.
TEST(NamedWorkspace, LeavesTheFoldersOfToolsAlone) {
    const triphammer::testing::TempDir home;
    JobFolders folders;
    folders.home.outside = home.path().string();

    for (const auto* name : {"octo/go", "octo/work", "octo/workspace", "octo/.github"}) {
        name_workspace(folders, name);
        EXPECT_FALSE(fs::is_symlink(fs::symlink_status(home.path() / fs::path{name}.filename())));
    }
}
