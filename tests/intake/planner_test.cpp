#include "intake/planner.hpp"

#include "git/repository.hpp"

#include <gtest/gtest.h>

#include "world.hpp"

using namespace triphammer;
using namespace triphammer::testing;
using model::DeliveryOutcome;

namespace {

std::string make_workflow(const std::string& on, const std::string& text = "echo hi") {
    return "on: " + on + "\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: " + text +
           "\n";
}

struct PlannerTest : ::testing::Test {
    World world;
    std::filesystem::path served = world.folder / "served";
    GitTree tree{served, "app"};
    GitServer server{served};
    model::RepositoryId app = world.add_repository("app", server.url());
};

}  // namespace

TEST_F(PlannerTest, StartsWhatThePushedCommitDefines) {
    const auto text = make_workflow("push");
    const auto sha = tree.commit({{".triphammer/check.yml", text}});
    const auto id = world.add_delivery(app, make_push("app", sha));

    world.plan_all();

    EXPECT_EQ(world.delivery(id).outcome, DeliveryOutcome::started) << world.delivery(id).reason;
    const auto runs = world.runs(id);
    ASSERT_EQ(runs.size(), 1U);
    EXPECT_EQ(runs[0].sha, sha);
    EXPECT_EQ(runs[0].workflow_path, ".triphammer/check.yml");
    EXPECT_EQ(runs[0].state, model::RunState::queued);
    const auto definition = world.database.read([&](store::Connection& db) -> Result<std::string> {
        return store::find_definition(db, runs[0].definition_sha256).value_or("");
    });
    EXPECT_EQ(definition.value(), text);
}

TEST_F(PlannerTest, TellsOfTheJobsThatItIsAboutToKeep) {
    const auto sha = tree.commit({{".triphammer/check.yml", make_workflow("push")}});
    world.add_delivery(app, make_push("app", sha));

    world.plan_all();

    EXPECT_EQ(world.jobs_told, 1);
}

TEST_F(PlannerTest, ReadsTheFolderThatTheCommitHasNotTheOneOfTheBranch) {
    const auto first = tree.commit({{".triphammer/check.yml", make_workflow("push")}});
    tree.commit({{".triphammer/check.yml", ""}, {"other", "1"}});
    const auto id = world.add_delivery(app, make_push("app", first));

    world.plan_all();

    EXPECT_EQ(world.runs(id).size(), 1U);
}

TEST_F(PlannerTest, FetchesOnceForManyDeliveriesOfACommit) {
    const auto sha = tree.commit({{".triphammer/check.yml", make_workflow("push")}});
    for (int i = 0; i < 5; ++i) world.add_delivery(app, make_push("app", sha));

    world.plan_all();

    EXPECT_EQ(world.mirrors.fetches(), 1U);
}

TEST_F(PlannerTest, SaysWhyNothingStarts) {
    const auto sha =
        tree.commit({{".triphammer/check.yml", make_workflow("\n  push:\n    branches: [release]")}}
        );
    const auto id = world.add_delivery(app, make_push("app", sha));

    world.plan_all();

    EXPECT_EQ(world.delivery(id).outcome, DeliveryOutcome::ignored);
    EXPECT_NE(world.delivery(id).reasons_json.find("release"), std::string::npos);
}

TEST_F(PlannerTest, PointsToTheFolderThatHasWorkflows) {
    const auto sha = tree.commit({{".github/workflows/ci.yml", make_workflow("push")}});
    const auto id = world.add_delivery(app, make_push("app", sha));

    world.plan_all();

    EXPECT_EQ(world.delivery(id).outcome, DeliveryOutcome::ignored);
    EXPECT_NE(world.delivery(id).reasons_json.find(".github/workflows"), std::string::npos);
}

TEST_F(PlannerTest, AFileWithErrorsIsARedRunAndTheOthersStart) {
    const auto sha = tree.commit(
        {{".triphammer/bad.yml", "on: push\njobs:\n  a:\n    runs-onn: host\n"},
         {".triphammer/good.yml", make_workflow("push")},
         {".triphammer/large.yml", std::string(300 * 1024, '#')},
         {".triphammer/notes.txt", "no workflow"}}
    );
    const auto id = world.add_delivery(app, make_push("app", sha));

    world.plan_all();

    const auto runs = world.runs(id);
    ASSERT_EQ(runs.size(), 3U);
    for (const auto& run : runs) {
        const bool good = run.workflow_path == ".triphammer/good.yml";
        EXPECT_EQ(run.state, good ? model::RunState::queued : model::RunState::failed);
        EXPECT_EQ(run.cause, good ? model::Cause::none : model::Cause::invalid);
    }
}

TEST_F(PlannerTest, RunsPipelinesThatTheServerHolds) {
    const auto sha = tree.commit({{"a", "1"}});
    world.bind_pipeline(app, make_workflow("push"));
    const auto id = world.add_delivery(app, make_push("app", sha));

    world.plan_all();

    ASSERT_EQ(world.runs(id).size(), 1U);
    EXPECT_EQ(world.runs(id)[0].workflow_path, "pipeline:held");
}

TEST_F(PlannerTest, TakesTheDefinitionOfAForkFromTheBaseCommit) {
    const auto base =
        tree.commit({{".triphammer/check.yml", make_workflow("pull_request", "echo base")}});
    const auto head = tree.commit(
        {{".triphammer/check.yml", make_workflow("pull_request", "echo fork")}}, "fork", "theirs"
    );
    tree.git({"push", "-q", "origin", head + ":refs/pull/7/head"});
    auto event = make_push("app", head);
    event.name = "pull_request";
    event.action = "opened";
    event.ref = "refs/pull/7/merge";
    event.branch = "";
    event.pull_request.emplace();
    event.pull_request->number = 7;
    event.pull_request->from_fork = true;
    event.pull_request->head_sha = head;
    event.pull_request->head_ref = "theirs";
    event.pull_request->base_sha = base;
    event.pull_request->base_ref = "main";
    const auto id = world.add_delivery(app, event);

    world.plan_all();

    const auto runs = world.runs(id);
    ASSERT_EQ(runs.size(), 1U) << world.delivery(id).reasons_json;
    EXPECT_TRUE(runs[0].from_fork);
    EXPECT_EQ(runs[0].sha, head);
    const auto definition = world.database.read([&](store::Connection& db) -> Result<std::string> {
        return store::find_definition(db, runs[0].definition_sha256).value_or("");
    });
    EXPECT_NE(definition->find("echo base"), std::string::npos);
}

TEST_F(PlannerTest, ComparesPathsWithWhatWasPushedBefore) {
    const auto filter = make_workflow("\n  push:\n    paths: ['src/**']");
    const auto before = tree.commit({{".triphammer/c.yml", filter}, {"src/a", "1"}});
    const auto docs = tree.commit({{"docs/a", "1"}});
    const auto source = tree.commit({{"src/a", "2"}});
    auto first = make_push("app", docs);
    first.before = before;
    auto second = make_push("app", source);
    second.before = docs;
    const auto ignored = world.add_delivery(app, first);
    const auto started = world.add_delivery(app, second);

    world.plan_all();

    EXPECT_EQ(world.delivery(ignored).outcome, DeliveryOutcome::ignored);
    EXPECT_EQ(world.delivery(started).outcome, DeliveryOutcome::started);
}

TEST_F(PlannerTest, RunsWhenTheCommitBeforeIsGoneForGood) {
    const auto filter = make_workflow("\n  push:\n    paths: ['src/**']");
    const auto sha = tree.commit({{".triphammer/c.yml", filter}});
    auto event = make_push("app", sha);
    event.before = std::string(40, 'e');
    event.forced = true;
    const auto id = world.add_delivery(app, event);

    world.plan_all();

    EXPECT_EQ(world.delivery(id).outcome, DeliveryOutcome::started);
}

TEST_F(PlannerTest, IgnoresRepositoriesThatAreNotRegistered) {
    auto nameless = make_push("", "");
    nameless.repository = "";
    const auto unknown = world.add_delivery({}, make_push("stranger", std::string(40, 'a')));
    const auto none = world.add_delivery({}, nameless);

    world.plan_all();

    EXPECT_EQ(world.delivery(unknown).outcome, DeliveryOutcome::ignored);
    EXPECT_NE(
        world.delivery(unknown).reason.find("acme/stranger is not registered"), std::string::npos
    );
    EXPECT_NE(world.delivery(none).reason.find("names no repository"), std::string::npos);
}

TEST_F(PlannerTest, FindsTheRepositoryOfTheServersOwnHookAndLearnsItsNumber) {
    const auto sha = tree.commit({{".triphammer/check.yml", make_workflow("push")}});
    const auto id = world.add_delivery({}, make_push("app", sha));

    world.plan_all();

    EXPECT_EQ(world.runs(id).size(), 1U);
    EXPECT_EQ(world.delivery(id).repository, app);
    const auto row = world.database.read([&](store::Connection& db) -> Result<std::int64_t> {
        return store::find_repository(db, app)->forge_id;
    });
    EXPECT_EQ(row.value(), 4711);
}

TEST_F(PlannerTest, FailsAfterAFewTriesWhenTheCommitVanished) {
    tree.commit({{"a", "1"}});
    const auto id = world.add_delivery(app, make_push("app", std::string(40, 'd')));

    world.plan_until([&] {
        if (!world.is_pending(id)) return true;
        world.clock.advance(Milliseconds{10'000});
        world.planner->wake();
        return false;
    });

    const auto row = world.delivery(id);
    EXPECT_EQ(row.outcome, DeliveryOutcome::failed);
    EXPECT_NE(row.reason.find("commit vanished"), std::string::npos);
    EXPECT_NE(row.reasons_json.find("commit-vanished"), std::string::npos);
    EXPECT_EQ(row.plan_attempts, 3);
}

TEST_F(PlannerTest, TriesForAnHourWhenTheRepositoryIsGone) {
    const auto gone = world.add_repository("gone", server.url());
    const auto id = world.add_delivery(gone, make_push("gone", std::string(40, 'd')));
    const auto started_at = world.clock.now();

    world.plan_until([&] {
        const auto row = world.delivery(id);
        if (row.outcome != DeliveryOutcome::pending) return true;
        if (row.next_plan_at > world.clock.now()) {
            world.clock.advance(row.next_plan_at - world.clock.now());
        }
        world.planner->wake();
        return false;
    });

    const auto row = world.delivery(id);
    EXPECT_EQ(row.outcome, DeliveryOutcome::failed);
    EXPECT_NE(row.reason.find("gone"), std::string::npos);
    EXPECT_GE(*row.finished_at - started_at, Milliseconds{3600 * 1000});
    EXPECT_LE(*row.finished_at - started_at, Milliseconds{4000 * 1000});
}

TEST_F(PlannerTest, ASilentHostHoldsNobodyElseUp) {
    const GitServer silent{served, {"--delay", "25"}};
    const auto slow = world.add_repository("slow", silent.url());
    const auto sha = tree.commit({{".triphammer/check.yml", make_workflow("push")}});
    const auto waiting = world.add_delivery(slow, make_push("slow", sha));
    const auto id = world.add_delivery(app, make_push("app", sha));

    world.plan_until([&] { return !world.is_pending(id); });

    EXPECT_EQ(world.delivery(id).outcome, DeliveryOutcome::started);
    EXPECT_TRUE(world.is_pending(waiting));
    EXPECT_EQ(world.delivery(waiting).plan_attempts, 0);
}

TEST_F(PlannerTest, RefusesAnAddressThatTheRulesLeaveOut) {
    const auto local = world.add_repository("app2", "file:///srv");
    const auto id = world.add_delivery(local, make_push("app2", std::string(40, 'd')));

    world.plan_all();

    EXPECT_EQ(world.delivery(id).outcome, DeliveryOutcome::failed);
    EXPECT_NE(world.delivery(id).reason.find("https://"), std::string::npos);
}

TEST_F(PlannerTest, APreviewWritesNothing) {
    const auto sha = tree.commit({{".triphammer/check.yml", make_workflow("push")}});
    const auto id = world.add_delivery(app, make_push("app", sha));

    const auto made = world.preview(id);

    EXPECT_EQ(made.plan.runs.size(), 1U);
    EXPECT_TRUE(world.is_pending(id));
    EXPECT_TRUE(world.runs(id).empty());
}
