#include "git/repository.hpp"

#include "support/git_server.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::git;
using namespace triphammer::testing;

namespace {

struct RepositoryTest : ::testing::Test {
    TempDir folder;
    GitTree tree{folder.path(), "app"};

    Repository open() { return Repository::open(tree.bare()).value(); }
};

const std::string kMissing(40, 'a');

}  // namespace

TEST_F(RepositoryTest, FindsCommitsAndOnlyCommits) {
    const auto sha = tree.commit({{"a", "1"}});
    const auto blob = tree.git({"rev-parse", "HEAD:a"});
    const auto repository = open();

    EXPECT_TRUE(repository.has_commit(sha));
    EXPECT_FALSE(repository.has_commit(blob));
    EXPECT_FALSE(repository.has_commit(kMissing));
    EXPECT_FALSE(repository.has_commit("main"));
}

TEST_F(RepositoryTest, FindsCommitsThatCameAfterItWasOpened) {
    tree.commit({{"a", "1"}});
    const auto repository = open();

    const auto later = tree.commit({{"a", "2"}});

    EXPECT_TRUE(repository.has_commit(later));
}

TEST_F(RepositoryTest, PeelsAnnotatedTags) {
    const auto sha = tree.commit({{"a", "1"}});
    tree.git({"tag", "-a", "-m", "one", "v1"});
    tree.git({"push", "-q", "origin", "v1"});

    EXPECT_EQ(open().resolve_commit("refs/tags/v1").value(), sha);
    EXPECT_EQ(open().resolve_commit("refs/heads/main").value(), sha);
    EXPECT_EQ(open().resolve_commit("refs/heads/none").error().code, Code::not_found);
}

TEST_F(RepositoryTest, ListsAFolderAndReadsItsFilesWithinALimit) {
    const auto sha = tree.commit({{".triphammer/a.yml", "on: push\n"}, {".triphammer/sub/b", "b"}});
    const auto repository = open();

    const auto entries = repository.list_folder(sha, ".triphammer").value();

    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].name, "a.yml");
    EXPECT_TRUE(entries[0].is_file);
    EXPECT_TRUE(entries[1].is_folder);
    EXPECT_EQ(repository.read_blob(entries[0].id, 100).value(), "on: push\n");
    EXPECT_EQ(repository.read_blob(entries[0].id, 3).error().code, Code::too_large);
    EXPECT_TRUE(repository.list_folder(sha, "none").value().empty());
    EXPECT_EQ(repository.list_folder(kMissing, "").error().code, Code::not_found);
}

TEST_F(RepositoryTest, DoesNotTakeALinkForAFile) {
    const auto target = tree.git({"rev-parse", "--show-toplevel"});
    std::filesystem::create_symlink("/etc/passwd", std::filesystem::path{target} / "link.yml");
    const auto sha = tree.commit({{"a.yml", "1"}});

    const auto entries = open().list_folder(sha, "").value();

    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[1].name, "link.yml");
    EXPECT_FALSE(entries[1].is_file);
}

TEST_F(RepositoryTest, NamesBothPathsOfARename) {
    const auto from = tree.commit({{"old", "same content\n"}, {"dir/stays", "1"}});
    const auto to = tree.commit({{"old", ""}, {"new", "same content\n"}});

    const auto changed = open().list_changed_paths(from, to, 10).value();

    EXPECT_EQ(changed.paths, (std::vector<std::string>{"new", "old"}));
    EXPECT_TRUE(changed.complete);
}

TEST_F(RepositoryTest, StopsAtTheLimitOfChangedPathsAndSaysSo) {
    const auto from = tree.commit({{"z", "1"}});
    const auto to = tree.commit({{"a", "1"}, {"b", "1"}, {"c", "1"}, {"d", "1"}});

    const auto changed = open().list_changed_paths(from, to, 2).value();

    EXPECT_EQ(changed.paths.size(), 2U);
    EXPECT_FALSE(changed.complete);
    EXPECT_EQ(open().list_changed_paths("", to, 10).value().paths.size(), 5U);
}

TEST_F(RepositoryTest, FindsTheMergeBase) {
    const auto base = tree.commit({{"a", "1"}});
    const auto ours = tree.commit({{"a", "2"}});
    tree.git({"checkout", "-q", "-b", "side", base});
    const auto theirs = tree.commit({{"b", "1"}}, "side", "side");
    tree.git({"checkout", "-q", "--orphan", "alone"});
    const auto alone = tree.commit({{"c", "1"}}, "alone", "alone");

    EXPECT_EQ(open().find_merge_base(ours, theirs).value(), base);
    EXPECT_EQ(open().find_merge_base(ours, alone).error().code, Code::not_found);
}

TEST_F(RepositoryTest, ReadsMessageAuthorAndParents) {
    const auto first = tree.commit({{"a", "1"}});
    const auto second = tree.commit({{"a", "2"}}, "title\n\nbody");

    const auto facts = open().read_commit(second).value();

    EXPECT_EQ(facts.message, "title\n\nbody\n");
    EXPECT_EQ(facts.author, "Ada");
    EXPECT_EQ(facts.parents, std::vector<std::string>{first});
}
