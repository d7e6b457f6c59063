#include "git/tree_snapshot.hpp"

#include "base/file.hpp"
#include "git/repository.hpp"
#include "support/run_task.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using triphammer::testing::run_task;
using triphammer::testing::TempDir;

namespace {

class TreeSnapshot : public ::testing::Test {
  protected:
    void git(const std::string& words) {
        const auto command = "cd '" + tree().string() +
                             "' && git -c user.name=A -c user.email=a@example.com " + words +
                             " > /dev/null 2>&1";
        ASSERT_EQ(std::system(command.c_str()), 0) << words;
    }

    void write(const std::string& name, const std::string& text) {
        replace_file(tree() / name, text).value();
    }

    void SetUp() override {
        std::filesystem::create_directory(tree());
        write("a.txt", "a\n");
    }

    std::filesystem::path tree() const { return folder_ / "tree"; }

    git::TreeSnapshot take(const std::string& name = "bare.git") {
        const auto bare = folder_ / name;
        return run_task<Result<git::TreeSnapshot>>(
                   [&](Executor) { return git::take_snapshot(spawner_, tree(), bare); }
        ).value();
    }

    std::vector<std::string> files_of(const std::string& commit) const {
        const auto bare = git::Repository::open(folder_ / "bare.git").value();
        std::vector<std::string> names;
        for (const auto& entry : bare.list_folder(commit, "").value()) names.push_back(entry.name);
        return names;
    }

    TempDir folder_;
    SystemSpawner spawner_;
};

}  // namespace

TEST_F(TreeSnapshot, OfAFolderWithoutARepositoryHasItsFiles) {
    const auto snapshot = take();

    EXPECT_TRUE(snapshot.is_changed);
    EXPECT_EQ(snapshot.parent, "");
    EXPECT_EQ(files_of(snapshot.sha), std::vector<std::string>{"a.txt"});
}

TEST_F(TreeSnapshot, OfATreeWithoutChangesIsHead) {
    git("init -q -b dev");
    git("add .");
    git("commit -q -m 'begin here'");

    const auto snapshot = take();

    EXPECT_FALSE(snapshot.is_changed);
    EXPECT_EQ(snapshot.sha.size(), 40U);
    EXPECT_EQ(snapshot.parent, "");
    EXPECT_EQ(snapshot.ref, "refs/heads/dev");
    EXPECT_EQ(snapshot.message, "begin here");
    EXPECT_EQ(snapshot.author, "A");
}

// What a push would have been from: workflows compare with it.
TEST_F(TreeSnapshot, KnowsTheCommitBefore) {
    git("init -q -b dev");
    git("add .");
    git("commit -q -m one");
    git("commit -q --allow-empty -m two");
    const auto head = take("committed.git");
    write("new.txt", "new\n");
    const auto changed = take("changed.git");

    EXPECT_EQ(head.parent.size(), 40U);
    EXPECT_NE(head.parent, head.sha);
    EXPECT_EQ(changed.parent, head.sha);
}

TEST_F(TreeSnapshot, HasWhatIsNotCommittedButNotWhatIsIgnored) {
    write(".gitignore", "*.log\n");
    write("kept.log", "tracked although ignored\n");
    git("init -q -b dev");
    git("add -f .");
    git("commit -q -m begin");
    write("new.txt", "new\n");
    write("other.log", "ignored\n");
    std::filesystem::remove(tree() / "a.txt");

    const auto snapshot = take();

    EXPECT_TRUE(snapshot.is_changed);
    EXPECT_EQ(
        files_of(snapshot.sha), (std::vector<std::string>{".gitignore", "kept.log", "new.txt"})
    );
}

TEST_F(TreeSnapshot, OfASubfolderIsTheWholeRepository) {
    git("init -q -b dev");
    git("add .");
    git("commit -q -m begin");
    std::filesystem::create_directory(tree() / "sub");

    const auto bare = folder_ / "bare.git";
    const auto snapshot = run_task<Result<git::TreeSnapshot>>([&](Executor) {
                              return git::take_snapshot(spawner_, tree() / "sub", bare);
                          }).value();

    EXPECT_EQ(snapshot.root, std::filesystem::canonical(tree()));
}

TEST_F(TreeSnapshot, HasTagsAndTheBranchesOfTheRemoteBeforeItsOwn) {
    git("init -q -b dev");
    git("add .");
    git("commit -q -m one");
    git("tag v1");
    git("update-ref refs/remotes/origin/main HEAD");
    git("symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/main");
    git("update-ref refs/remotes/origin/dev/below HEAD");
    git("commit -q --allow-empty -m two");
    git("branch main");
    git("branch mine");

    const auto snapshot = take();

    const auto bare = git::Repository::open(folder_ / "bare.git").value();
    std::map<std::string, bool> is_newest;
    for (const auto& ref : bare.list_refs("refs/").value()) {
        is_newest[ref.name] = ref.id == snapshot.sha;
    }
    const std::map<std::string, bool> expected{
        {"refs/heads/dev", true},
        {"refs/heads/main", false},
        {"refs/heads/mine", true},
        {"refs/tags/v1", false}};
    EXPECT_EQ(is_newest, expected);
}

TEST(PublicUrl, HasNoUserAndNothingThatAConfigurationWouldRead) {
    EXPECT_EQ(git::make_public_url("https://me:secret@h:8/a/b.git"), "https://h:8/a/b.git");
    EXPECT_EQ(git::make_public_url("https://h/a@b"), "https://h/a@b");
    EXPECT_EQ(git::make_public_url("git@h:a/b.git"), "git@h:a/b.git");
    EXPECT_EQ(git::make_public_url("/srv/a.git"), "/srv/a.git");
    for (const auto* url : {"https://h/a\n[core]", "https://h/\"", "-x", "https://h/a b", "a#b"}) {
        EXPECT_EQ(git::make_public_url(url), "") << url;
    }
}
