#include "git/mirror.hpp"

#include "base/task_group.hpp"
#include "git/repository.hpp"
#include "support/git_server.hpp"
#include "support/run_task.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace triphammer;
using namespace triphammer::git;
using namespace triphammer::testing;

namespace {

constexpr model::RepositoryId kRepository{7};

struct MirrorTest : ::testing::Test {
    TempDir folder;
    GitTree tree{folder / "served", "app"};
    NamedThread thread{"git"};
    SystemSpawner spawner;
    Mirrors mirrors{{folder / "mirrors", {}}, thread, spawner};

    Remote remote_at(const std::string& url, const std::string& token = "") {
        const UrlRules rules{{}, {"127.0.0.1"}};
        return {check_url(url + "/app.git", rules).value(), Secret{token}};
    }

    Result<> ensure(Mirrors& where, const Remote& remote, const std::vector<Want>& wants) {
        return run_task<Result<>>([&](Executor) { return where.ensure(kRepository, remote, wants); }
        );
    }

    Result<> ensure(const GitServer& server, const std::vector<Want>& wants) {
        return ensure(mirrors, remote_at(server.url()), wants);
    }

    Repository open() { return Repository::open(mirrors.path_of(kRepository)).value(); }
};

}  // namespace

TEST_F(MirrorTest, FetchesACommitOnce) {
    const GitServer server{folder / "served"};
    const auto sha = tree.commit({{"a", "1"}});

    ASSERT_TRUE(ensure(server, {{"refs/heads/main", sha}}));
    ASSERT_TRUE(ensure(server, {{"refs/heads/main", sha}}));

    EXPECT_EQ(mirrors.fetches(), 1U);
    EXPECT_EQ(open().resolve_commit("refs/heads/main").value(), sha);
}

TEST_F(MirrorTest, BringsTheRefAndNothingElse) {
    const GitServer server{folder / "served"};
    const auto other = tree.commit({{"b", "1"}}, "other", "other");
    tree.git({"tag", "v1"});
    tree.git({"push", "-q", "origin", "v1"});
    tree.git({"checkout", "-q", "--orphan", "alone"});
    const auto sha = tree.commit({{"a", "1"}}, "alone", "alone");

    ASSERT_TRUE(ensure(server, {{"refs/heads/alone", sha}}));

    EXPECT_FALSE(open().has_commit(other));
    EXPECT_FALSE(open().resolve_commit("refs/tags/v1"));
}

TEST_F(MirrorTest, FollowsAllBranchesAndTagsWhereEverythingIsWanted) {
    const GitServer server{folder / "served"};
    const auto sha = tree.commit({{"a", "1"}});
    tree.git({"tag", "-a", "-m", "one", "v1"});
    tree.git({"push", "-q", "origin", "v1"});
    tree.commit({{"b", "1"}}, "other", "other");
    ASSERT_TRUE(ensure(server, {{std::string{kEverything}, ""}}));
    tree.git({"push", "-q", "origin", ":refs/heads/other"});
    const auto deeper = tree.commit({{"c", "1"}}, "deeper", "other/deeper");

    ASSERT_TRUE(ensure(server, {{std::string{kEverything}, ""}}));

    const auto refs = run_task<Result<std::vector<Ref>>>([&](Executor) {
        return mirrors.list_refs(kRepository);
    });
    const std::vector<Ref> expected{
        {"refs/heads/main", sha},
        {"refs/heads/other/deeper", deeper},
        {"refs/tags/v1", tree.git({"rev-parse", "v1"})}};
    EXPECT_EQ(refs.value(), expected);
}

TEST_F(MirrorTest, KnowsTheCommitThatTheHostShowsFirst) {
    const GitServer server{folder / "served"};
    const auto sha = tree.commit({{"a", "1"}});

    ASSERT_TRUE(ensure(server, {{std::string{kHead}, ""}}));

    const auto head = run_task<Result<std::string>>([&](Executor) {
        return mirrors.resolve(kRepository, std::string{kHead});
    });
    EXPECT_EQ(head.value(), sha);
}

TEST_F(MirrorTest, AsksTheHostWhatABareRefNames) {
    const GitServer server{folder / "served"};
    tree.commit({{"a", "1"}});
    ASSERT_TRUE(ensure(server, {{"refs/heads/main", ""}}));
    const auto newer = tree.commit({{"a", "2"}});

    ASSERT_TRUE(ensure(server, {{"refs/heads/main", ""}}));

    EXPECT_EQ(open().resolve_commit("refs/heads/main").value(), newer);
}

TEST_F(MirrorTest, KeepsCommitsThatAForcedPushLeftBehind) {
    const GitServer server{folder / "served"};
    const auto first = tree.commit({{"a", "1"}});
    ASSERT_TRUE(ensure(server, {{"refs/heads/main", first}}));
    tree.git({"commit", "-q", "--amend", "-m", "rewritten"});
    const auto second = tree.commit({{"a", "2"}});

    ASSERT_TRUE(ensure(server, {{"refs/heads/main", second}}));

    EXPECT_TRUE(open().has_commit(first));
    EXPECT_TRUE(open().has_commit(second));
}

TEST_F(MirrorTest, FindsACommitThatItsBranchHasLeft) {
    const GitServer server{folder / "served"};
    const auto left = tree.commit({{"a", "1"}});
    tree.git({"commit", "-q", "--amend", "-m", "rewritten"});
    const auto tip = tree.commit({{"a", "2"}});

    const auto done = ensure(server, {{"refs/heads/main", left}});

    ASSERT_TRUE(done) << done.error().message;
    EXPECT_TRUE(open().has_commit(left));
    EXPECT_NE(left, tip);
}

TEST_F(MirrorTest, SaysThatACommitVanished) {
    const GitServer server{folder / "served"};
    const auto sha = tree.commit({{"a", "1"}});
    const std::string gone(40, 'b');

    const auto done = ensure(server, {{"refs/heads/main", gone}, {"refs/heads/main", sha}});

    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::conflict);
    EXPECT_NE(done.error().message.find("commit vanished: " + gone), std::string::npos);
    EXPECT_TRUE(open().has_commit(sha));
}

TEST_F(MirrorTest, OneMissingRefSpoilsNothingElse) {
    const GitServer server{folder / "served"};
    const auto sha = tree.commit({{"a", "1"}});

    const auto done = ensure(server, {{"refs/heads/gone", ""}, {"refs/heads/main", sha}});

    EXPECT_EQ(done.error().code, Code::conflict);
    EXPECT_TRUE(open().has_commit(sha));
}

TEST_F(MirrorTest, FetchesNothingByAPatternOrAnOption) {
    const GitServer server{folder / "served"};
    const auto sha = tree.commit({{"a", "1"}});

    for (const auto* ref :
         {"refs/heads/*",
          "refs/heads/a:refs/heads/b",
          "--upload-pack=touch",
          "main",
          "refs/../x",
          "refs/heads/a\nb",
          "^refs/heads/a"}) {
        EXPECT_EQ(ensure(server, {{ref, sha}}).error().code, Code::invalid) << ref;
    }
    EXPECT_EQ(ensure(server, {{"", "main"}}).error().code, Code::invalid);
    EXPECT_EQ(ensure(server, {{"", ""}}).error().code, Code::invalid);
    EXPECT_EQ(mirrors.fetches(), 0U);
}

TEST_F(MirrorTest, TakesNamesThatWouldMeanSomethingToAShell) {
    const GitServer server{folder / "served"};
    for (const std::string name : {"$(touch x)", "a;b|c", "-x", "\"q'", "\u202e", "a&&b"}) {
        std::string branch = name;
        std::replace(branch.begin(), branch.end(), ' ', '_');
        const auto sha = tree.commit({{"a", branch}}, branch, branch);

        EXPECT_TRUE(ensure(server, {{"refs/heads/" + branch, sha}})) << branch;
    }
    const std::string longest(244, 'n');
    const auto sha = tree.commit({{"a", "1"}}, "long", longest);
    EXPECT_TRUE(ensure(server, {{"refs/heads/" + longest, sha}}));
}

TEST_F(MirrorTest, TakesABranchWhereAFolderOfBranchesWas) {
    const GitServer server{folder / "served"};
    const auto inside = tree.commit({{"a", "1"}}, "one", "topic/one");
    ASSERT_TRUE(ensure(server, {{"refs/heads/topic/one", inside}}));
    tree.git({"push", "-q", "origin", ":refs/heads/topic/one"});
    const auto instead = tree.commit({{"a", "2"}}, "two", "topic");

    const auto done = ensure(server, {{"refs/heads/topic", instead}});

    ASSERT_TRUE(done) << done.error().message;
    EXPECT_TRUE(open().has_commit(instead));
}

TEST_F(MirrorTest, SaysThatARepositoryIsGone) {
    const GitServer server{folder / "elsewhere"};

    const auto done = ensure(server, {{"refs/heads/main", ""}});

    EXPECT_EQ(done.error().code, Code::not_found);
    EXPECT_NE(done.error().message.find("gone"), std::string::npos);
}

TEST_F(MirrorTest, PresentsItsTokenAndUnderstandsARefusal) {
    const GitServer server{folder / "served", {"--credentials", "x-access-token:right"}};
    const auto sha = tree.commit({{"a", "1"}});
    const std::vector<Want> wants{{"refs/heads/main", sha}};

    EXPECT_EQ(
        ensure(mirrors, remote_at(server.url(), "wrong"), wants).error().code, Code::unauthorized
    );
    EXPECT_EQ(ensure(mirrors, remote_at(server.url()), wants).error().code, Code::unauthorized);
    EXPECT_TRUE(ensure(mirrors, remote_at(server.url(), "right"), wants));
}

TEST_F(MirrorTest, GivesASilentHostUp) {
    const GitServer server{folder / "served", {"--delay", "20"}};
    Mirrors hasty{{folder / "mirrors", {Milliseconds{5000}, Milliseconds{200}}}, thread, spawner};

    const auto done = ensure(hasty, remote_at(server.url()), {{"refs/heads/main", ""}});

    EXPECT_EQ(done.error().code, Code::timed_out);
    EXPECT_NE(done.error().message.find("silent"), std::string::npos);
}

TEST_F(MirrorTest, TriesLaterWhereTheHostIsDown) {
    std::string url;
    {
        const GitServer server{folder / "served"};
        url = server.url();
    }

    const auto done = ensure(mirrors, remote_at(url), {{"refs/heads/main", ""}});

    EXPECT_EQ(done.error().code, Code::unavailable);
}

namespace {

Task<> note(Mirrors& mirrors, Remote remote, Want want, std::vector<Result<>>& results) {
    std::vector<Want> wants(1, want);
    auto fetching = mirrors.ensure(kRepository, std::move(remote), std::move(wants));
    results.push_back(co_await std::move(fetching));
}

}  // namespace

TEST_F(MirrorTest, SharesOneRunningAndOnePendingFetchBetweenAllCallers) {
    const GitServer server{folder / "served"};
    std::vector<Want> wants;
    for (int i = 0; i < 12; ++i) {
        const auto branch = "b" + std::to_string(i);
        wants.push_back({"refs/heads/" + branch, tree.commit({{branch, "1"}}, branch, branch)});
    }
    std::vector<Result<>> results;

    run_until_done([&](Executor executor) -> Task<> {
        auto group = std::make_shared<TaskGroup>(executor, nullptr);
        for (const auto& want : wants) {
            group->spawn("fetch", note(mirrors, remote_at(server.url()), want, results));
        }
        co_await group->join();
    });

    ASSERT_EQ(results.size(), wants.size());
    for (const auto& result : results) EXPECT_TRUE(result);
    EXPECT_EQ(mirrors.fetches(), 2U);
}

namespace {

Result<std::vector<Module>> modules_of(Mirrors& mirrors, const std::string& sha) {
    return run_task<Result<std::vector<Module>>>([&](Executor) {
        return mirrors.list_modules(kRepository, sha, "https://h/acme/app.git");
    });
}

}  // namespace

TEST_F(MirrorTest, ListsTheSubmodulesOfACommit) {
    const GitServer server{folder / "served"};
    const std::string commit(40, 'c');
    const auto bare = tree.commit({{"a", "1"}});
    tree.git({"config", "-f", ".gitmodules", "submodule.x.path", "libs/x"});
    tree.git({"config", "-f", ".gitmodules", "submodule.x.url", "../x.git"});
    tree.git({"config", "-f", ".gitmodules", "include.path", "/etc/passwd"});
    tree.git({"update-index", "--add", "--cacheinfo", "160000," + commit + ",libs/x"});
    std::filesystem::create_directories(tree.folder() / "libs/x");
    const auto sha = tree.commit({{"b", "1"}});
    ASSERT_TRUE(ensure(server, {{"refs/heads/main", sha}}));

    const std::vector<Module> expected{{"x", "libs/x", "https://h/acme/x.git", commit}};
    EXPECT_EQ(modules_of(mirrors, sha).value(), expected);
    EXPECT_TRUE(modules_of(mirrors, bare).value().empty());
    EXPECT_EQ(modules_of(mirrors, std::string(40, 'd')).error().code, Code::not_found);
}

TEST_F(MirrorTest, ListsNoSubmodulesOfAFileThatGitCannotRead) {
    const GitServer server{folder / "served"};
    tree.git({"update-index", "--add", "--cacheinfo", "160000," + std::string(40, 'c') + ",x"});
    std::filesystem::create_directories(tree.folder() / "x");
    const auto sha = tree.commit({{".gitmodules", "../../../etc/passwd"}});
    ASSERT_TRUE(ensure(server, {{"refs/heads/main", sha}}));

    EXPECT_EQ(modules_of(mirrors, sha).error().code, Code::invalid);
}
