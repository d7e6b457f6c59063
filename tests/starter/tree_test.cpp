#include "starter/tree.hpp"

#include "support/git_server.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::starter;
using namespace triphammer::testing;

TEST(Tree, NamesPathsAndReadsWhatAFirstWorkflowIsMadeFrom) {
    TempDir folder;
    GitTree tree{folder.path(), "app"};
    const auto sha = tree.commit(
        {{"package.json", "{}"},
         {"src/deep.c", "x"},
         {"secret.txt", "hidden"},
         {"tests/a_test.py", "x"},
         {".github/workflows/ci.yml", "on: push\n"},
         {"pyproject.toml", std::string(300 << 10, 'x')}}
    );

    const auto seen = read_tree(git::Repository::open(tree.bare()).value(), sha);

    ASSERT_TRUE(seen);
    EXPECT_TRUE(seen->has("src/"));
    EXPECT_TRUE(seen->has("tests/a_test.py"));
    EXPECT_FALSE(seen->has("src/deep.c"));
    EXPECT_EQ(seen->text_of(".github/workflows/ci.yml"), "on: push\n");
    EXPECT_TRUE(seen->has("secret.txt"));
    EXPECT_EQ(seen->text_of("secret.txt"), "");
    EXPECT_TRUE(seen->has("pyproject.toml"));
    EXPECT_EQ(seen->text_of("pyproject.toml"), "") << "over the limit";
}
