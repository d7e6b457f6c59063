#include "cli/run_options.hpp"

#include "base/file.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::cli;

namespace {

void write(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories(path.parent_path());
    replace_file(path, text).value();
}

}  // namespace

TEST(SecretFile, TakesNamesAndValues) {
    const auto secrets = parse_secret_file("# comment\nA=1\n\n B = 'two = 2' \r\nC=\"x\"").value();

    ASSERT_EQ(secrets.size(), 3U);
    EXPECT_EQ(secrets[0].first, "A");
    EXPECT_EQ(secrets[0].second.reveal(), "1");
    EXPECT_EQ(secrets[1].first, "B");
    EXPECT_EQ(secrets[1].second.reveal(), "two = 2");
    EXPECT_EQ(secrets[2].second.reveal(), "x");
}

TEST(SecretFile, NamesTheLineThatIsNone) {
    const auto secrets = parse_secret_file("A=1\nnothing\n");

    ASSERT_FALSE(secrets);
    EXPECT_NE(secrets.error().message.find("line 2"), std::string::npos);
}

TEST(OnlyWorkflow, IsFoundInTheFirstFolderThatHasOne) {
    const triphammer::testing::TempDir folder;
    write(folder / ".github/workflows/a.yml", "");
    EXPECT_EQ(
        find_only_workflow(folder.path()).value(), (folder / ".github/workflows/a.yml").string()
    );

    write(folder / ".triphammer/b.yaml", "");
    EXPECT_EQ(find_only_workflow(folder.path()).value(), (folder / ".triphammer/b.yaml").string());
}

TEST(OnlyWorkflow, IsAskedForWhereThereAreSeveral) {
    const triphammer::testing::TempDir folder;
    EXPECT_EQ(find_only_workflow(folder.path()).error().code, Code::not_found);

    write(folder / ".triphammer/a.yml", "");
    write(folder / ".triphammer/b.yml", "");
    const auto several = find_only_workflow(folder.path());

    ASSERT_FALSE(several);
    EXPECT_NE(several.error().message.find("a.yml, "), std::string::npos);
}
