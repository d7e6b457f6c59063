#include "plan/plan.hpp"

#include "plan/world.hpp"
#include "workflow/expression/value.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::plan;
using model::JobState;
using workflow::expression::parse_json;

namespace {

constexpr const char* kPipeline = R"(
name: Pipeline
run-name: Deploy ${{ github.ref_name }} by @${{ github.actor }}
on: push
jobs:
  test:
    name: Test ${{ github.ref_name }}
    runs-on: [self-hosted, linux]
    steps: [{ run: make test }]
  image:
    needs: test
    image: { tags: "registry.example.com/app:${{ github.sha }}" }
  deploy:
    needs: [image]
    environment: ${{ github.ref_name == 'main' && 'production' || 'dev' }}
    deploy: { to: container, service: app, image: "${{ needs.image.outputs.ref }}" }
)";

}  // namespace

TEST(Plan, MayBeAskedWithNothingLoaded) {
    const Repository repository;
    auto event = a_push("main");
    const Question question{event, repository};

    const auto needs = std::get<Needs>(make_plan(question));

    EXPECT_EQ(needs.definitions_commit, event.sha);
    EXPECT_EQ(needs.ref, "");
    EXPECT_FALSE(needs.changed);
}

TEST(Plan, DecidesSkipMarkersBeforeAnythingIsFetched) {
    const Repository repository;
    auto event = a_push("main");
    event.message = "Fix [skip ci]";
    const Question question{event, repository};

    const auto plan = std::get<Plan>(make_plan(question));

    EXPECT_TRUE(plan.runs.empty());
    EXPECT_EQ(plan.reason.text, "the head commit's message says [skip ci]");
}

TEST(Plan, AsksForACommitFirstWhereTheEventNamesNone) {
    const Repository repository;
    const auto event = a_release("published");
    Question question{event, repository};

    const auto first = std::get<Needs>(make_plan(question));
    question.resolved_sha = std::string(40, 'e');
    const auto second = std::get<Needs>(make_plan(question));

    EXPECT_EQ(first.ref, "refs/tags/v1");
    EXPECT_EQ(first.definitions_commit, "");
    EXPECT_EQ(second.definitions_commit, std::string(40, 'e'));
}

TEST(Plan, TakesTheDefinitionOfAForkFromItsBase) {
    const Repository repository;
    auto event = a_pull_request("main");
    const Question question{event, repository};
    const auto own = std::get<Needs>(make_plan(question));
    event.pull_request->from_fork = true;
    const auto fork = std::get<Needs>(make_plan(question));

    EXPECT_EQ(own.definitions_commit, event.pull_request->head_sha);
    EXPECT_EQ(fork.definitions_commit, event.pull_request->base_sha);
}

TEST(Plan, AsksForPathsOnlyWhereAFilterCouldDecide) {
    const auto by_path = workflow_on("{ push: { branches: [main], paths: ['**.js'] } }");
    World main{a_push("main"), {{"ci.yml", by_path}}};
    World other{a_push("dev"), {{"ci.yml", by_path}}};
    main.knows_changed = other.knows_changed = false;

    const auto needs = std::get<Needs>(main.ask());

    EXPECT_EQ(needs.changed, (Difference{std::string(40, 'b'), std::string(40, 'a'), false}));
    EXPECT_TRUE(other.plan().runs.empty());
}

TEST(Plan, MakesARunOfBuildImageAndDeploy) {
    World world{a_push("main"), {{".triphammer/ci.yml", kPipeline}}};

    const auto plan = world.plan();

    ASSERT_EQ(plan.runs.size(), 1U);
    const auto& run = plan.runs[0];
    EXPECT_EQ(run.workflow, "Pipeline");
    EXPECT_EQ(run.title, "Deploy main by @mona");
    EXPECT_EQ(run.state, model::RunState::queued);
    EXPECT_EQ(run.ref, "refs/heads/main");
    ASSERT_EQ(run.jobs.size(), 3U);
    EXPECT_EQ(run.jobs[0].name, "Test main");
    EXPECT_EQ(run.jobs[0].state, JobState::queued);
    EXPECT_EQ(run.jobs[0].label, "self-hosted,linux");
    EXPECT_EQ(run.jobs[0].stage, "build");
    EXPECT_EQ(run.jobs[1].state, JobState::blocked);
    EXPECT_EQ(run.jobs[1].kind, model::JobKind::image);
    EXPECT_EQ(run.jobs[1].stage, "image");
    EXPECT_EQ(run.jobs[1].name, "image");
    EXPECT_EQ(run.jobs[2].environment, "production");
    EXPECT_EQ(run.jobs[2].stage, "deploy");
    EXPECT_EQ(run.jobs[2].position, 2);
    EXPECT_TRUE(plan.reason.yes);
}

TEST(Plan, GivesVariablesToOwnCodeAndToNobodyElses) {
    World world{a_pull_request("main"), {{"ci.yml", workflow_on("pull_request")}}};
    world.repository.variables = {{"REGION", "eu"}};
    const auto own = parse_json(world.plan().runs.at(0).contexts_json).value();
    world.event.pull_request->from_fork = true;
    const auto fork = parse_json(world.plan().runs.at(0).contexts_json).value();

    EXPECT_EQ(own.member("vars").member("REGION").to_text(), "eu");
    EXPECT_TRUE(fork.member("vars").member("REGION").is_null());
}

// contexts#github-context
TEST(Plan, GivesTheGithubContext) {
    World world{a_pull_request("main"), {{"ci.yml", workflow_on("pull_request")}}};
    world.repository.variables = {{"REGION", "eu"}};
    world.payload = R"({"action": "opened", "number": 5, "label": {"name": "x"}})";

    const auto contexts = parse_json(world.plan().runs.at(0).contexts_json).value();
    const auto github = contexts.member("github");

    EXPECT_EQ(github.member("event_name").to_text(), "pull_request");
    EXPECT_EQ(github.member("ref").to_text(), "refs/pull/5/merge");
    EXPECT_EQ(github.member("ref_name").to_text(), "5/merge");
    EXPECT_EQ(github.member("ref_type").to_text(), "branch");
    EXPECT_EQ(github.member("head_ref").to_text(), "window");
    EXPECT_EQ(github.member("base_ref").to_text(), "main");
    EXPECT_EQ(github.member("sha").to_text(), std::string(40, 'c'));
    EXPECT_EQ(github.member("repository_owner").to_text(), "octo");
    EXPECT_EQ(github.member("workflow_ref").to_text(), "octo/hello/ci.yml@refs/pull/5/merge");
    EXPECT_EQ(github.member("event").member("label").member("name").to_text(), "x");
    EXPECT_EQ(contexts.member("vars").member("region").to_text(), "eu");
}

TEST(Plan, ShapesFactsLikeThePayloadWhereThereIsNone) {
    World world{a_pull_request("main"), {{"ci.yml", workflow_on("pull_request")}}};

    const auto contexts = parse_json(world.plan().runs.at(0).contexts_json).value();
    const auto event = contexts.member("github").member("event");

    EXPECT_EQ(event.member("pull_request").member("head").member("ref").to_text(), "window");
    EXPECT_EQ(event.member("number").to_text(), "5");
    EXPECT_EQ(event.member("repository").member("owner").member("login").to_text(), "octo");
}

TEST(Plan, AFileThatCannotBeReadIsARedRunAndTheOthersStart) {
    World world{
        a_push("main"), {{"bad.yml", "on: push\njobs: 3\n"}, {"good.yml", workflow_on("push")}}};

    const auto plan = world.plan();

    ASSERT_EQ(plan.runs.size(), 2U);
    EXPECT_EQ(plan.runs[0].state, model::RunState::failed);
    EXPECT_EQ(plan.runs[0].cause, model::Cause::invalid);
    EXPECT_EQ(plan.runs[0].problems.at(0).at.line, 2);
    EXPECT_EQ(plan.runs[1].state, model::RunState::queued);
    EXPECT_EQ(plan.reason.text, "2 of 2 workflow files start on push");
}

TEST(Plan, ABrokenFileStaysQuietOnReleases) {
    World world{a_release("published"), {{"bad.yml", "jobs: 3\n"}}};
    world.resolved_sha = std::string(40, 'e');

    const auto plan = world.plan();

    EXPECT_TRUE(plan.runs.empty());
    EXPECT_EQ(plan.reason.children.at(0).code, "invalid");
}

TEST(Plan, SaysWhereWorkflowsWouldBe) {
    World world{a_push("main"), {}};
    world.definitions.other_folders = {".github/workflows"};

    EXPECT_EQ(
        world.plan().reason.text,
        ".triphammer holds no workflow files at aaaaaaaaaaaa; .github/workflows does: choose it in "
        "the "
        "repository's settings"
    );
}

TEST(Plan, SkipsAJobWhoseConditionIsFalseAndWhatNeedsIt) {
    World world{
        a_push("dev"),
        {{"ci.yml",
          "on: push\njobs:\n"
          "  a: { runs-on: host, if: github.ref_name == 'main', steps: [{ run: x }] }\n"
          "  b: { runs-on: host, needs: a, steps: [{ run: x }] }\n"
          "  c: { runs-on: host, needs: a, if: always(), steps: [{ run: x }] }\n"}}};

    const auto run = world.plan().runs.at(0);

    EXPECT_EQ(run.jobs[0].state, JobState::skipped);
    EXPECT_EQ(run.jobs[0].reason.text, "its condition is false: github.ref_name == 'main'");
    EXPECT_EQ(run.jobs[1].state, JobState::skipped);
    EXPECT_EQ(run.jobs[1].reason.text, "job 'a', which it needs, was skipped");
    EXPECT_EQ(run.jobs[2].state, JobState::queued);
}

TEST(Plan, ARunWithNothingToDoSucceeds) {
    World world{
        a_push("dev"),
        {{"ci.yml", "on: push\njobs: { a: { runs-on: host, if: false, steps: [{ run: x }] } }\n"}}};

    EXPECT_EQ(world.plan().runs.at(0).state, model::RunState::succeeded);
}

TEST(Plan, AJobWhoseTextCannotBeEvaluatedFails) {
    World world{
        a_push("dev"),
        {{"ci.yml",
          "on: push\njobs: { a: { runs-on: \"${{ fromJSON(github.ref) }}\", steps: [{ run: x }] } "
          "}\n"}}};

    const auto run = world.plan().runs.at(0);

    EXPECT_EQ(run.jobs[0].state, JobState::failed);
    EXPECT_EQ(run.jobs[0].cause, model::Cause::invalid);
    EXPECT_EQ(run.jobs[0].reason.text.substr(0, 18), "runs-on: fromJSON:");
    EXPECT_EQ(run.state, model::RunState::failed);
}

// workflow-syntax#onworkflow_dispatchinputs
TEST(Plan, ReadsTheInputsOfAManualRun) {
    const std::string on =
        "{ workflow_dispatch: { inputs: { level: { type: choice, options: [info, debug], default: "
        "info }, "
        "dry: { type: boolean }, count: { type: number }, who: { required: true } } } }";
    World world{
        a_push("main"),
        {{"ci.yml", workflow_on(on)}, {"other.yml", workflow_on("workflow_dispatch")}}};
    world.event.name = "workflow_dispatch";
    world.event.workflow = "ci.yml";
    world.event.inputs_json = R"({"dry": "true", "count": "3", "who": "mona"})";

    const auto plan = world.plan();
    ASSERT_EQ(plan.runs.size(), 1U) << plan.reason.text;
    const auto inputs = parse_json(plan.runs[0].contexts_json).value().member("inputs");

    EXPECT_EQ(to_compact_json(inputs), R"({"level":"info","dry":true,"count":3,"who":"mona"})");
    const auto context = parse_json(plan.runs[0].contexts_json).value().member("github");
    EXPECT_EQ(
        to_compact_json(context.member("event").member("inputs")),
        R"({"dry":"true","count":"3","who":"mona","level":"info"})"
    );
    for (const auto& [given, text] : std::vector<std::pair<std::string, std::string>>{
             {"{}", "input 'who' is required"},
             {R"({"who": "a", "level": "loud"})", "input 'level' must be one of: info, debug"},
             {R"({"who": "a", "dry": "yes"})", "input 'dry' must be true or false"},
             {R"({"who": "a", "count": "x"})", "input 'count' must be a number"},
             {R"({"who": "a", "wo": "b"})", "there is no input 'wo'"}}) {
        world.event.inputs_json = given;
        EXPECT_EQ(world.plan().reason.children.at(0).text, "ci.yml: " + text);
    }
}

TEST(Plan, LeavesOutFilesThatTheRepositoryDoesNotCount) {
    World world{
        a_push("main"),
        {{".triphammer/ci.yml", workflow_on("push")},
         {".triphammer/stale.yml", "on: nothing we know"},
         {"pipeline:deploy", workflow_on("push")}}};
    world.repository.workflow_files = {"*.yml", "!stale.yml"};

    const auto plan = world.plan();

    ASSERT_EQ(plan.runs.size(), 2U);
    EXPECT_EQ(plan.runs[0].path, ".triphammer/ci.yml");
    EXPECT_EQ(plan.runs[1].path, "pipeline:deploy");
    EXPECT_EQ(plan.reason.children[1].code, "left-out");
}
