#include "intake/planner.hpp"
#include "store/runs/job_store.hpp"

#include <gtest/gtest.h>

#include "world.hpp"

using namespace triphammer;
using namespace triphammer::testing;

namespace {

const std::string kCalled =
    "on:\n  workflow_call:\njobs:\n  b:\n    runs-on: host\n    steps:\n"
    "      - run: echo called\n";

/// acme/app calls what acme/lib has.
struct RemoteWorkflows : ::testing::Test {
    World world;
    std::filesystem::path served = world.folder / "served";
    GitTree app_tree{served, "app"};
    GitTree lib_tree{served, "lib"};
    GitServer server{served};
    model::RepositoryId app = world.add_repository("app", server.url());

    /// Plans a push of a workflow that calls lib.yml at `ref`.
    store::RunRow call(const std::string& ref, const std::string& path = "ci/lib.yml") {
        const auto text = "on: push\njobs:\n  a:\n    uses: acme/lib/" + path + "@" + ref + "\n";
        const auto sha = app_tree.commit({{".triphammer/check.yml", text}, {"n", ref + path}});
        const auto id = world.add_delivery(app, make_push("app", sha));
        world.plan_all();
        const auto runs = world.runs(id);
        if (runs.size() != 1) throw std::runtime_error(world.delivery(id).reason);
        return runs[0];
    }

    std::vector<store::JobRow> jobs(const store::RunRow& run) {
        return world.database
            .read([&](store::Connection& db) -> Result<std::vector<store::JobRow>> {
                return store::list_jobs(db, run.id);
            })
            .value();
    }

    void set_access(model::RepositoryId id, const std::string& access) {
        world.database
            .write([&](store::Transaction& tx) {
                return store::set_workflow_access(tx, id, access, "ada");
            })
            .value();
    }
};

}  // namespace

// reuse-workflows: {ref} can be a SHA, a release tag, or a branch name
TEST_F(RemoteWorkflows, AreReadAtABranchATagOrACommit) {
    world.add_repository("lib", server.url());
    const auto old = lib_tree.commit({{"ci/lib.yml", kCalled}});
    lib_tree.git({"push", "-q", "origin", old + ":refs/tags/v1"});
    const auto now = lib_tree.commit({{"ci/lib.yml", kCalled + "# newer\n"}});

    for (const auto& [ref, commit] : std::vector<std::pair<std::string, std::string>>{
             {"main", now}, {"v1", old}, {old, old}, {"refs/heads/main", now}}) {
        const auto run = call(ref);
        EXPECT_EQ(run.state, model::RunState::queued) << ref << run.problems_json;
        ASSERT_EQ(jobs(run).size(), 2U) << ref;
        EXPECT_EQ(jobs(run)[1].key, "a / b");
        EXPECT_EQ(jobs(run)[0].reason, "runs acme/lib/ci/lib.yml@" + commit) << ref;
    }
}

TEST_F(RemoteWorkflows, ATagGoesBeforeABranchOfItsName) {
    world.add_repository("lib", server.url());
    const auto tagged = lib_tree.commit({{"ci/lib.yml", kCalled}});
    lib_tree.git({"push", "-q", "origin", tagged + ":refs/tags/both"});
    lib_tree.commit({{"ci/lib.yml", kCalled + "# branch\n"}}, "on a branch", "both");

    EXPECT_EQ(jobs(call("both")).at(0).reason, "runs acme/lib/ci/lib.yml@" + tagged);
}

TEST_F(RemoteWorkflows, CallOthersOfTheirOwnRepositoryAtTheSameCommit) {
    world.add_repository("lib", server.url());
    const auto outer = "on: workflow_call\njobs:\n  o:\n    uses: ./ci/lib.yml\n";
    const auto old = lib_tree.commit({{"ci/lib.yml", kCalled}, {"ci/outer.yml", outer}});
    lib_tree.commit({{"ci/lib.yml", "broken: ["}});

    const auto run = call(old, "ci/outer.yml");

    ASSERT_EQ(jobs(run).size(), 3U) << run.problems_json;
    EXPECT_EQ(jobs(run)[2].key, "a / o / b");
}

TEST_F(RemoteWorkflows, NameTheRemedyWhereTheyCannotBeRead) {
    EXPECT_NE(
        call("main").problems_json.find("acme/lib is not registered here"), std::string::npos
    );
    EXPECT_NE(call("main").problems_json.find("triphammer repo add acme/lib"), std::string::npos);

    world.add_repository("lib", server.url());
    lib_tree.commit({{"ci/lib.yml", kCalled}});

    EXPECT_NE(call("v9").problems_json.find("no tag, branch or commit 'v9'"), std::string::npos);
    EXPECT_NE(
        call("main", "ci/none.yml").problems_json.find("there is no such file"), std::string::npos
    );
    EXPECT_EQ(call("v9").state, model::RunState::failed);
    EXPECT_EQ(call("v9").cause, model::Cause::invalid);
}

// sharing-actions-and-workflows: the called repository says who may
TEST_F(RemoteWorkflows, AreCalledByWhomTheirRepositoryAllows) {
    const auto lib = world.add_repository("lib", server.url());
    lib_tree.commit({{"ci/lib.yml", kCalled}});
    EXPECT_EQ(call("main").state, model::RunState::queued);

    set_access(lib, "none");

    const auto refused = call("main");
    EXPECT_EQ(refused.state, model::RunState::failed);
    EXPECT_NE(refused.problems_json.find("lets only repositories of itself"), std::string::npos);
    EXPECT_NE(refused.problems_json.find("repo access acme/lib everyone"), std::string::npos);
    set_access(lib, "everyone");
    EXPECT_EQ(call("main").state, model::RunState::queued);
}
