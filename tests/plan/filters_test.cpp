#include "plan/filters.hpp"

#include "plan/world.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::plan;

namespace {

struct FilterRow {
    std::string on;
    model::Event event;
    std::vector<std::string> changed;
    std::string outcome;
};

void expect_filters(const std::vector<FilterRow>& rows) {
    for (const auto& row : rows) {
        EXPECT_EQ(outcome(row.on, row.event, row.changed), row.outcome) << row.on;
    }
}

}  // namespace

// workflow-syntax#onpushbranchestagsbranches-ignoretags-ignore
TEST(Filters, BranchesAndTagsOfAPush) {
    expect_filters({
        {"push", a_push("any/branch"), {}, "starts"},
        {"push", a_tag_push("v1"), {}, "starts"},
        {"[push, create]", a_push("main"), {}, "starts"},
        {"{ push: }", a_push("main"), {}, "starts"},
        {"{ push: { branches: [main, 'releases/**'] } }", a_push("releases/beta/1"), {}, "starts"},
        {"{ push: { branches: main } }",
         a_push("dev"),
         {},
         "ci.yml: branch 'dev' matches none of: main"},
        {"{ push: { branches: [main] } }",
         a_tag_push("v1"),
         {},
         "ci.yml: only branches start it, and this is a tag"},
        {"{ push: { tags: ['v1.**'] } }", a_tag_push("v1.2"), {}, "starts"},
        {"{ push: { tags: ['v1.**'] } }",
         a_push("v1.2"),
         {},
         "ci.yml: only tags start it, and this is a branch"},
        {"{ push: { branches: [main], tags: [v2] } }", a_tag_push("v2"), {}, "starts"},
        {"{ push: { branches-ignore: ['releases/**-alpha'] } }",
         a_push("releases/1-alpha"),
         {},
         "ci.yml: branch 'releases/1-alpha' is ignored by: releases/**-alpha"},
        {"{ push: { branches-ignore: [x] } }", a_push("y"), {}, "starts"},
        {"{ push: { branches-ignore: [x] } }",
         a_tag_push("v1"),
         {},
         "ci.yml: only branches start it, and this is a tag"},
        {"{ push: { tags-ignore: [v2] } }", a_tag_push("v1"), {}, "starts"},
        {"{ push: { branches: ['releases/**', '!releases/**-alpha'] } }",
         a_push("releases/1-alpha"),
         {},
         "ci.yml: branch 'releases/1-alpha' matches none of: releases/**, !releases/**-alpha"},
        {"pull_request", a_push("main"), {}, "ci.yml: it has no trigger for push"},
    });
}

// workflow-syntax#onpushpull_requestpull_request_targetpathspaths-ignore
TEST(Filters, PathsOfAPush) {
    expect_filters({
        {"{ push: { paths: ['**.js'] } }", a_push("main"), {"a.md", "src/a.js"}, "starts"},
        {"{ push: { paths: ['**.js'] } }",
         a_push("main"),
         {"a.md"},
         "ci.yml: 1 changed files match none of: **.js"},
        {"{ push: { paths: ['**.js'] } }",
         a_push("main"),
         {},
         "ci.yml: 0 changed files match none of: **.js"},
        {"{ push: { paths: ['sub/**', '!sub/docs/**'] } }",
         a_push("main"),
         {"sub/docs/a"},
         "ci.yml: 1 changed files match none of: sub/**, !sub/docs/**"},
        {"{ push: { paths-ignore: ['docs/**'] } }",
         a_push("main"),
         {"docs/a", "docs/b"},
         "ci.yml: all 2 changed files are ignored by: docs/**"},
        {"{ push: { paths-ignore: ['docs/**'] } }", a_push("main"), {"docs/a", "b"}, "starts"},
        {"{ push: { paths: ['**.js'], branches: [main] } }",
         a_push("dev"),
         {"a.js"},
         "ci.yml: branch 'dev' matches none of: main"},
        {"{ push: { paths: ['**.js'] } }", a_tag_push("v1"), {}, "starts"},
    });
}

// events-that-trigger-workflows#pull_request
TEST(Filters, PullRequests) {
    expect_filters({
        {"pull_request", a_pull_request("main", "opened"), {}, "starts"},
        {"pull_request", a_pull_request("main", "synchronize"), {}, "starts"},
        {"pull_request", a_pull_request("main", "reopened"), {}, "starts"},
        {"pull_request",
         a_pull_request("main", "labeled"),
         {},
         "ci.yml: type 'labeled' is none of: opened, synchronize, reopened (the default)"},
        {"{ pull_request: { types: [labeled] } }", a_pull_request("main", "labeled"), {}, "starts"},
        {"{ pull_request: { types: labeled } }",
         a_pull_request("main", "opened"),
         {},
         "ci.yml: type 'opened' is none of: labeled"},
        {"{ pull_request: { branches: ['releases/**'] } }",
         a_pull_request("releases/1"),
         {},
         "starts"},
        {"{ pull_request: { branches: ['releases/**'] } }",
         a_pull_request("main"),
         {},
         "ci.yml: branch 'main' matches none of: releases/**"},
        {"{ pull_request: { branches-ignore: [main] } }",
         a_pull_request("main"),
         {},
         "ci.yml: branch 'main' is ignored by: main"},
        {"{ pull_request: { paths: ['**.js'] } }", a_pull_request("main"), {"a.js"}, "starts"},
    });
}

// events-that-trigger-workflows#release and #repository_dispatch
TEST(Filters, Types) {
    model::Event dispatch = a_release("");
    dispatch.name = "repository_dispatch";
    dispatch.action = dispatch.dispatch_type = "test_result";

    expect_filters({
        {"release", a_release("edited"), {}, "starts"},
        {"{ release: { types: [published] } }", a_release("published"), {}, "starts"},
        {"{ release: { types: [published] } }",
         a_release("created"),
         {},
         "ci.yml: type 'created' is none of: published"},
        {"{ repository_dispatch: { types: [test_result] } }", dispatch, {}, "starts"},
        {"{ repository_dispatch: { types: [other] } }",
         dispatch,
         {},
         "ci.yml: type 'test_result' is none of: other"},
        {"repository_dispatch", dispatch, {}, "starts"},
    });
}

// workflow-syntax, "Git diff comparisons"
TEST(Filters, SaysWhatMustBeCompared) {
    auto new_branch = a_push("topic");
    new_branch.created = true;
    auto first_push = a_push("main");
    first_push.created = true;
    const auto pull = a_pull_request("main");

    EXPECT_EQ(
        find_difference(a_push("main")),
        (Difference{std::string(40, 'b'), std::string(40, 'a'), false})
    );
    EXPECT_EQ(find_difference(pull), (Difference{pull.pull_request->base_sha, pull.sha, true}));
    EXPECT_EQ(find_difference(new_branch), (Difference{"refs/heads/main", new_branch.sha, true}));
    EXPECT_FALSE(find_difference(first_push));
    EXPECT_FALSE(find_difference(a_tag_push("v1")));
}

TEST(Filters, PathsThatNobodyKnowsDoNotHoldAWorkflowBack) {
    World world{a_push("main"), {{"ci.yml", workflow_on("{ push: { paths: ['**.js'] } }")}}};
    world.changed.known = false;

    EXPECT_EQ(world.plan().runs.size(), 1U);
}

TEST(Filters, TheReasonIsATree) {
    World world{a_push("dev"), {{"ci.yml", workflow_on("{ push: { branches: [main] } }")}}};

    const auto reason = world.plan().reason;

    ASSERT_EQ(reason.children.size(), 1U);
    const auto& file = reason.children[0];
    ASSERT_EQ(file.children.size(), 1U);
    EXPECT_EQ(file.children[0].text, "on push");
    EXPECT_EQ(file.children[0].children.back().code, "branch-filter");
    EXPECT_FALSE(file.children[0].children.back().yes);
}

namespace {

model::Event an_event_of_the_default_branch(const std::string& name, const std::string& action) {
    model::Event event;
    event.name = name;
    event.action = action;
    event.repository = "octo/hello";
    event.default_branch = "main";
    return event;
}

}  // namespace

// events-that-trigger-workflows: activity types
TEST(Filters, OtherEventsByTheirTypes) {
    const auto opened = an_event_of_the_default_branch("issues", "opened");

    expect_filters({
        {"issues", opened, {}, "starts"},
        {"{ issues: { types: [opened, edited] } }", opened, {}, "starts"},
        {"{ issues: { types: [closed] } }", opened, {}, "ci.yml: type 'opened' is none of: closed"},
        {"[push, issues]", opened, {}, "starts"},
        {"issue_comment", opened, {}, "ci.yml: it has no trigger for issues"},
    });
}

// workflow-syntax#onworkflow_runbranchesbranches-ignore
TEST(Filters, AFollowerByNameTypeAndBranchOfWhatRan) {
    auto ended = an_event_of_the_default_branch("workflow_run", "completed");
    ended.workflow = "Build";
    ended.branch = "releases/1";

    expect_filters({
        {"{ workflow_run: { workflows: [Build, Test] } }", ended, {}, "starts"},
        {"{ workflow_run: { workflows: [Build], types: [completed], branches: ['releases/**'] } }",
         ended,
         {},
         "starts"},
        {"{ workflow_run: { workflows: [Test] } }",
         ended,
         {},
         "ci.yml: workflow 'Build' is none of: Test"},
        {"{ workflow_run: { workflows: [Build], types: [requested] } }",
         ended,
         {},
         "ci.yml: type 'completed' is none of: requested"},
        {"{ workflow_run: { workflows: [Build], branches-ignore: ['releases/**'] } }",
         ended,
         {},
         "ci.yml: branch 'releases/1' is ignored by: releases/**"},
    });
}

// events-that-trigger-workflows#pull_request_target
TEST(Filters, APullRequestsTargetByBaseBranch) {
    auto target = a_pull_request("main");
    target.name = "pull_request_target";

    expect_filters({
        {"pull_request_target", target, {}, "starts"},
        {"{ pull_request_target: { branches: [main] } }", target, {}, "starts"},
        {"{ pull_request_target: { branches: [dev] } }",
         target,
         {},
         "ci.yml: branch 'main' matches none of: dev"},
        {"pull_request", target, {}, "ci.yml: it has no trigger for pull_request_target"},
    });
}

// events-that-trigger-workflows: the tables of activity types, which are fewer than the webhooks'
TEST(Filters, AnActivityThatIsNotInTheTableStartsNothing) {
    const auto of = an_event_of_the_default_branch;
    expect_filters({
        {"merge_group",
         of("merge_group", "destroyed"),
         {},
         "ci.yml: type 'destroyed' of merge_group starts no workflow"},
        {"check_suite",
         of("check_suite", "requested"),
         {},
         "ci.yml: type 'requested' of check_suite starts no workflow"},
        {"{ check_suite: { types: [requested] } }",
         of("check_suite", "requested"),
         {},
         "ci.yml: type 'requested' of check_suite starts no workflow"},
        {"check_suite", of("check_suite", "completed"), {}, "starts"},
        {"discussion",
         of("discussion", "closed"),
         {},
         "ci.yml: type 'closed' of discussion starts no workflow"},
        {"issues", of("issues", "typed"), {}, "starts"},
        {"repository_dispatch", of("repository_dispatch", "anything"), {}, "starts"},
    });
}

TEST(Filters, AScheduleStartsTheWorkflowThatItIsOf) {
    auto due = an_event_of_the_default_branch("schedule", "");
    const auto on = "{ schedule: [{ cron: '0 3 * * *' }] }";
    due.workflow = "ci.yml";
    expect_filters({{on, due, {}, "starts"}});
    due.workflow = "other.yml";
    expect_filters({{on, due, {}, "ci.yml: the event is for another workflow, other.yml"}});
}
