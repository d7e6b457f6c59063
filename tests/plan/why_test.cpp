// "Why did this not run?", for every filter there is: the words that a person reads.
#include "plan/world.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::plan;

namespace {

struct Question {
    std::string filter;
    std::string on;
    model::Event event;
    std::string answer;
    std::vector<std::string> changed = {"docs/a.md", "docs/b.md"};
};

model::Event a_dispatch(const std::string& inputs_json) {
    auto event = a_push("main");
    event.name = "workflow_dispatch";
    event.inputs_json = inputs_json;
    return event;
}

model::Event a_followed_run(const std::string& workflow, const std::string& branch) {
    auto event = a_push(branch);
    event.name = "workflow_run";
    event.action = "completed";
    event.workflow = workflow;
    return event;
}

model::Event a_schedule_of(const std::string& path) {
    auto event = a_push("main");
    event.name = "schedule";
    event.workflow = path;
    return event;
}

model::Event saying(model::Event event, const std::string& message) {
    event.message = message;
    return event;
}

std::vector<Question> questions() {
    return {
        {"event", "pull_request", a_push("main"), "ci.yml: it has no trigger for push"},
        {"branches",
         "{ push: { branches: [main, 'v*'] } }",
         a_push("dev"),
         "ci.yml: branch 'dev' matches none of: main, v*"},
        {"branches with !",
         "{ push: { branches: ['**', '!dev'] } }",
         a_push("dev"),
         "ci.yml: branch 'dev' matches none of: **, !dev"},
        {"branches-ignore",
         "{ push: { branches-ignore: ['d*'] } }",
         a_push("dev"),
         "ci.yml: branch 'dev' is ignored by: d*"},
        {"branches of a pull request",
         "{ pull_request: { branches: [release] } }",
         a_pull_request("main"),
         "ci.yml: branch 'main' matches none of: release"},
        {"tags",
         "{ push: { tags: ['v*'] } }",
         a_tag_push("test-1"),
         "ci.yml: tag 'test-1' matches none of: v*"},
        {"tags-ignore",
         "{ push: { tags-ignore: ['test-*'] } }",
         a_tag_push("test-1"),
         "ci.yml: tag 'test-1' is ignored by: test-*"},
        {"only tags",
         "{ push: { tags: ['v*'] } }",
         a_push("main"),
         "ci.yml: only tags start it, and this is a branch"},
        {"only branches",
         "{ push: { branches: [main] } }",
         a_tag_push("v1"),
         "ci.yml: only branches start it, and this is a tag"},
        {"paths",
         "{ push: { paths: ['src/**'] } }",
         a_push("main"),
         "ci.yml: 2 changed files match none of: src/**"},
        {"paths-ignore",
         "{ push: { paths-ignore: ['docs/**'] } }",
         a_push("main"),
         "ci.yml: all 2 changed files are ignored by: docs/**"},
        {"types",
         "{ release: { types: [published] } }",
         a_release("created"),
         "ci.yml: type 'created' is none of: published"},
        {"types that stand without being written",
         "pull_request",
         a_pull_request("main", "labeled"),
         "ci.yml: type 'labeled' is none of: opened, synchronize, reopened (the default)"},
        {"workflows",
         "{ workflow_run: { workflows: [Build], types: [completed] } }",
         a_followed_run("Lint", "main"),
         "ci.yml: workflow 'Lint' is none of: Build"},
        {"branches of workflow_run",
         "{ workflow_run: { workflows: [Build], branches: [main] } }",
         a_followed_run("Build", "dev"),
         "ci.yml: branch 'dev' matches none of: main"},
        {"schedule",
         "{ schedule: [{ cron: '0 5 * * *' }] }",
         a_schedule_of("nightly.yml"),
         "ci.yml: the event is for another workflow, nightly.yml"},
        {"inputs",
         "{ workflow_dispatch: { inputs: { level: { type: choice, options: [low, high], "
         "required: true } } } }",
         a_dispatch(R"({"level": "medium"})"),
         "ci.yml: input 'level' must be one of: low, high"},
        {"skip ci",
         "push",
         saying(a_push("main"), "tidy [skip ci]"),
         "the head commit's message says [skip ci]"},
        {"a deleted branch",
         "push",
         [] {
             auto event = a_push("main");
             event.deleted = true;
             return event;
         }(),
         "the push deletes refs/heads/main: there is nothing to build"},
    };
}

/// The first run's jobs by key: what became of each, and why.
std::string jobs_of(const std::string& jobs) {
    World world{a_push("main"), {{"ci.yml", "on: push\njobs:\n" + jobs}}};
    const auto plan = world.plan();
    std::string out;
    for (const auto& run : plan.runs) {
        for (const auto& problem : run.problems) out += problem.message + "; ";
        for (const auto& job : run.jobs) {
            out += job.key + " " + std::string{name_of(job.state)} + ": " + job.reason.text + "; ";
        }
    }
    return out;
}

}  // namespace

TEST(Why, EveryFilterSaysWhyNothingStarts) {
    for (const auto& [filter, on, event, answer, changed] : questions()) {
        EXPECT_EQ(outcome(on, event, changed), answer) << filter;
    }
}

TEST(Why, AJobSaysWhichConditionOrNeedKeptItAway) {
    EXPECT_EQ(
        jobs_of("  a: { if: \"github.ref == 'refs/heads/dev'\", runs-on: host, steps: [{ run: x }] "
                "}\n"
                "  b: { needs: a, runs-on: host, steps: [{ run: x }] }\n"),
        "a skipped: its condition is false: github.ref == 'refs/heads/dev'; "
        "b skipped: job 'a', which it needs, was skipped; "
    );
}

// workflow-syntax#concurrency
TEST(Why, AGroupSaysWhatItDoesToOthers) {
    const std::vector<std::pair<std::string, std::string>> rows{
        {"ci", "in group 'ci', one at a time: it replaces the one that waits"},
        {"'ci-${{ github.ref_name }}'",
         "in group 'ci-main', one at a time: it replaces the one that waits"},
        {"{ group: ci, queue: max }",
         "in group 'ci', one at a time: it waits behind those that came before"},
        {"{ group: ci, cancel-in-progress: true }",
         "in group 'ci', one at a time: it ends the one that goes on and replaces those that wait"},
    };
    for (const auto& [concurrency, text] : rows) {
        World world{
            a_push("main"),
            {{"ci.yml", "concurrency: " + concurrency + "\n" + workflow_on("push")}}};

        const auto reason = world.plan().reason;
        const auto& file = reason.children.at(0);

        ASSERT_EQ(file.children.back().code, "concurrency") << concurrency;
        EXPECT_EQ(file.children.back().text, text);
    }
}

TEST(Why, AForkSaysWhoseFilesDecide) {
    auto event = a_pull_request("main");
    event.pull_request->from_fork = true;
    World world{event, {{"ci.yml", workflow_on("push")}}};
    world.definitions.commit = event.pull_request->base_sha;

    const auto plan = world.plan();

    EXPECT_TRUE(plan.runs.empty());
    ASSERT_FALSE(plan.reason.children.empty());
    EXPECT_EQ(
        plan.reason.children[0].text,
        "the pull request comes from a fork: the files of its base, dddddddddddd, decide, and its "
        "jobs get no secrets"
    );
}

TEST(Why, AFileThatDoesNotCountSaysSo) {
    World world{a_push("main"), {{".triphammer/stale.yml", workflow_on("push")}}};
    world.repository.workflow_files = {"ci.yml"};

    EXPECT_EQ(
        world.plan().reason.text,
        ".triphammer/stale.yml: not among the files that count in this repository"
    );
}

TEST(Why, AFolderWithoutWorkflowsNamesTheOneThatHasThem) {
    World world{a_push("main"), {}};
    world.definitions.other_folders = {".github/workflows"};

    EXPECT_EQ(
        world.plan().reason.text,
        ".triphammer holds no workflow files at aaaaaaaaaaaa; .github/workflows does: choose it in "
        "the repository's settings"
    );
}
