#include "runner/container/job_files.hpp"

#include "base/file.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::runner;

namespace {

wire::File named(const std::string& path, const std::string& bytes) {
    wire::File out;
    out.path = path;
    out.bytes = bytes;
    return out;
}

}  // namespace

TEST(JobFiles, AreWhereGitHubHasThem) {
    const auto workspace_of = [](const std::string& repository) {
        return JobFiles{JobFolders{}, repository}.folders().workspace.inside;
    };

    EXPECT_EQ(workspace_of("acme/shop"), "/__w/shop/shop");
    EXPECT_EQ(workspace_of("acme/.github"), "/__w/.github/.github");
    EXPECT_EQ(workspace_of("acme/.."), "/__w/workspace/workspace");
    EXPECT_EQ(workspace_of(""), "/__w/workspace/workspace");
}

TEST(JobFiles, AskForTheFiveCommandFilesAlone) {
    const auto wanted = JobFiles::list_command_files(
        {"PATH=/bin",
         "GITHUB_OUTPUT=/__w/_temp/output_1",
         "GITHUB_ENV=/__w/_temp/../../etc/passwd",
         "GITHUB_PATH=/elsewhere",
         "GITHUB_STATE",
         "GITHUB_MINE=/__w/_temp/mine",
         "GITHUB_EVENT_PATH=/__w/_temp/event.json"}
    );

    EXPECT_EQ(wanted, std::vector<std::string>{"/__w/_temp/output_1"});
}

TEST(JobFiles, TakeBackNothingThatNobodyAskedFor) {
    triphammer::testing::TempDir root;
    JobFolders folders;
    folders.temp.outside = root.path().string();
    JobFiles files{folders, "acme/shop"};
    const std::vector<std::string> wanted{"/__w/_temp/output_1"};

    const auto other = files.take_back(wanted, named("/__w/_temp/../output_1", "x"));
    const auto asked = files.take_back(wanted, named("/__w/_temp/output_1", "a=1\n"));

    EXPECT_FALSE(other);
    EXPECT_TRUE(asked);
    EXPECT_EQ(read_file(root / "output_1", 100).value(), "a=1\n");
}
