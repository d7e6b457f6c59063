#include "plan/entry.hpp"

#include "plan/world.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::plan;

// docs.github.com/en/actions/how-tos/manage-workflow-runs/skip-workflow-runs
TEST(Entry, KnowsTheMarkersThatSkip) {
    for (const auto* message :
         {"Fix [skip ci]",
          "[ci skip] Fix",
          "Fix\n\n[no ci]",
          "Fix [skip actions]",
          "Fix [actions skip]",
          "Fix [SKIP CI]",
          "Fix\n\nMore\n\n\nskip-checks: true",
          "Fix\n\n\nskip-checks:true",
          "Fix\n\nSigned-off-by: Mona\nskip-checks: true\n"}) {
        EXPECT_FALSE(find_skip_marker(message).empty()) << message;
    }
    for (const auto* message :
         {"",
          "Fix",
          "skip ci",
          "skip-checks: true",
          "Fix\n\nskip-checks: true\n\nMore",
          "Fix\n\nskip-checks: false"}) {
        EXPECT_TRUE(find_skip_marker(message).empty()) << message;
    }
}

TEST(Entry, MarkersHoldForPushesAndPullRequestsOnly) {
    auto push = a_push("main");
    push.message = "Fix [skip ci]";
    auto release = a_release("published");
    release.message = "Notes about [skip ci]";

    EXPECT_EQ(find_refusal(push)->code, "skip-marker");
    EXPECT_FALSE(find_refusal(release));
}

TEST(Entry, SaysWhyAnEventStartsNothing) {
    struct Row {
        const char* event;
        const char* words;
    };

    for (const auto& [name, words] : std::vector<Row>{
             {"ping", "the hook works"},
             {"workflow_job", "start nothing here"},
             {"pull_request_review", "names no pull request"},
             {"made_up", "no workflow can start on the event 'made_up'"}}) {
        model::Event event;
        event.name = name;
        const auto refusal = find_refusal(event);
        ASSERT_TRUE(refusal) << name;
        EXPECT_NE(refusal->text.find(words), std::string::npos) << refusal->text;
        EXPECT_FALSE(refusal->yes);
    }
}

TEST(Entry, DoesNotBuildOnItsOwnStatuses) {
    model::Event event;
    event.name = "status";
    event.title = "triphammer/CI/test (push): success";
    EXPECT_EQ(find_refusal(event)->code, "own-status");
    event.title = "lint/other: success";
    EXPECT_FALSE(find_refusal(event));
}

// events-that-trigger-workflows#pull_request_target
TEST(Entry, APullRequestStartsWhatRunsForItsBaseToo) {
    const auto pull = a_pull_request("release");

    const auto second = find_second_event(pull);

    ASSERT_TRUE(second);
    EXPECT_EQ(second->name, "pull_request_target");
    EXPECT_EQ(ref_to_resolve(*second), "refs/heads/main");
    EXPECT_EQ(second->sha, "");
    EXPECT_FALSE(find_second_event(a_push("main")));
}

TEST(Entry, ADeletedBranchHasNothingToBuild) {
    auto push = a_push("old");
    push.deleted = true;

    EXPECT_EQ(find_refusal(push)->code, "deleted");
}

// events-that-trigger-workflows: the tables of GITHUB_SHA and GITHUB_REF
TEST(Entry, KnowsWhichRefARunBelongsTo) {
    auto created = a_push("topic");
    created.name = "create";
    created.sha.clear();
    auto deleted = created;
    deleted.name = "delete";
    model::Event dispatched;
    dispatched.name = "repository_dispatch";
    dispatched.default_branch = "trunk";

    EXPECT_EQ(ref_to_resolve(a_push("main")), "");
    EXPECT_EQ(ref_to_resolve(a_pull_request("main")), "");
    EXPECT_EQ(ref_to_resolve(a_release("published")), "refs/tags/v1");
    EXPECT_EQ(ref_to_resolve(created), "refs/heads/topic");
    EXPECT_EQ(ref_to_resolve(deleted), "refs/heads/main");
    EXPECT_EQ(ref_to_resolve(dispatched), "refs/heads/trunk");
}

// A deployment of a commit without a name: the default branch's rules and caches are not its.
TEST(Entry, ACommitAloneIsOfNoBranch) {
    model::Event deployment;
    deployment.name = "deployment";
    deployment.default_branch = "main";
    deployment.sha = std::string(40, 'a');

    EXPECT_EQ(run_ref(deployment), "");
    EXPECT_EQ(ref_to_resolve(deployment), "");
}
