// Workflows that call others: what stands in the run, and how it goes on.
#include "plan/advance.hpp"
#include "plan/call_tree.hpp"
#include "plan/world.hpp"

#include <gtest/gtest.h>

#include <deque>

using namespace triphammer;
using namespace triphammer::plan;
using model::JobState;

namespace {

model::Data text(const std::string& value) {
    model::Data data;
    data.kind = model::Data::Kind::text;
    data.text = value;
    return data;
}

model::JobDefinition a_job(const std::string& key, std::vector<std::string> needs = {}) {
    model::JobDefinition job;
    job.key = key;
    job.kind = "steps";
    job.needs = std::move(needs);
    return job;
}

model::JobDefinition a_call(const std::string& key, const std::string& uses) {
    auto job = a_job(key);
    job.kind = "call";
    job.uses = uses;
    return job;
}

model::Workflow a_workflow(const std::string& path, const std::string& event) {
    model::Workflow workflow;
    workflow.path = workflow.name = path;
    workflow.triggers.emplace_back().event = event;
    return workflow;
}

/// "main.yml" calls "lib.yml", which has inputs, an output and two jobs.
struct Calling {
    model::Workflow main = a_workflow("main.yml", "push");
    model::Workflow lib = a_workflow("lib.yml", "workflow_call");
    std::string problem;

    Calling() {
        auto call = a_call("call", "./lib.yml");
        call.with = {{"level", text("${{ github.event_name }}")}};
        main.jobs = {std::move(call), a_job("after", {"call"})};
        auto& trigger = lib.triggers[0];
        model::DispatchInput level;
        level.name = "level";
        level.type = "string";
        level.required = true;
        model::DispatchInput count;
        count.name = "count";
        count.type = "number";
        count.has_fallback = true;
        count.fallback = "3";
        trigger.inputs = {level, count};
        model::CallOutput output;
        output.name = "made";
        output.value.text = "${{ jobs.build.outputs.file }}-${{ inputs.count }}";
        trigger.outputs = {output};
        auto build = a_job("build");
        build.name.text = "Build for ${{ inputs.level }}";
        lib.jobs = {std::move(build), a_job("check", {"build"})};
    }

    PlannedRun plan() {
        World world{a_push("main"), {}};
        add(world, main);
        add(world, lib);
        auto plan = world.plan();
        if (plan.runs.size() != 1) {
            ADD_FAILURE() << plan.reason.text;
            return {};
        }
        if (!plan.runs[0].problems.empty()) problem = plan.runs[0].problems[0].message;
        return plan.runs[0];
    }

    static void add(World& world, const model::Workflow& workflow, std::string name = "") {
        if (name.empty()) name = workflow.path;
        workflow::ReadResult read;
        read.workflow = workflow;
        read.name = workflow.name;
        auto content = std::make_shared<const workflow::ReadResult>(std::move(read));
        world.definitions.files.push_back({name, workflow.path, std::move(content)});
    }
};

std::string shown(const PlannedRun& run) {
    std::string out;
    for (const auto& job : run.jobs) {
        out += job.key + "=" + std::string{name_of(job.state)} + "; ";
    }
    return out;
}

/// The run's jobs as facts, which a test moves on.
struct Going {
    PlannedRun run;
    RunFacts facts;
    std::deque<std::string> kept;

    explicit Going(PlannedRun planned) : run{std::move(planned)} {
        facts.contexts_json = run.contexts_json;
        for (const auto& job : run.jobs) {
            JobFacts one;
            one.key = job.key;
            one.node = job.node;
            one.parent = job.parent;
            one.state = job.state;
            one.definition = &job.definition;
            one.contexts_json = job.contexts_json;
            facts.jobs.push_back(one);
        }
    }

    JobFacts& at(const std::string& key) {
        for (auto& job : facts.jobs) {
            if (job.key == key) return job;
        }
        throw std::runtime_error("no job " + key);
    }

    std::string step() {
        const auto answer = advance(facts);
        std::string out;
        for (const auto& one : answer.transitions) {
            auto& job = at(one.key);
            job.state = one.state;
            if (!one.outputs_json.empty()) job.outputs_json = kept.emplace_back(one.outputs_json);
            out += one.key + "=" + std::string{name_of(one.state)} + "; ";
        }
        for (const auto& one : answer.stops) out += "stop " + one.key + "; ";
        return out + std::string{name_of(answer.run)};
    }
};

}  // namespace

// reuse-workflows
TEST(Call, TheJobsOfACalledWorkflowStandBehindTheirCaller) {
    Calling calling;

    const auto run = calling.plan();

    EXPECT_EQ(calling.problem, "");
    EXPECT_EQ(
        shown(run), "call=waiting; call / build=queued; call / check=blocked; after=blocked; "
    );
    ASSERT_EQ(run.jobs.size(), 4U);
    EXPECT_EQ(run.jobs[1].name, "call / Build for push");
    EXPECT_EQ(run.jobs[1].contexts_json, R"({"inputs":{"level":"push","count":3}})");
    EXPECT_EQ(run.jobs[2].needs, std::vector<std::string>{"call / build"});
}

TEST(Call, EndsWithItsJobsAndHandsTheirOutputsOn) {
    Calling calling;
    Going going{calling.plan()};

    going.at("call / build").state = JobState::succeeded;
    going.at("call / build").outputs_json = R"({"file": "a.tar"})";
    EXPECT_EQ(going.step(), "call / check=queued; running");
    going.at("call / check").state = JobState::succeeded;
    EXPECT_EQ(going.step(), "call=succeeded; after=queued; running");
    EXPECT_EQ(going.at("call").outputs_json, R"({"made":"a.tar-3"})");
}

TEST(Call, ShowsItsOutputsToWhoNeedsItInTheTurnInWhichItEnds) {
    Calling calling;
    calling.main.jobs[1].condition.text = "needs.call.outputs.made == 'a.tar-3'";
    Going going{calling.plan()};

    going.at("call / build").state = JobState::succeeded;
    going.at("call / build").outputs_json = R"({"file": "a.tar"})";
    going.at("call / check").state = JobState::succeeded;

    EXPECT_EQ(going.step(), "call=succeeded; after=queued; running");
}

TEST(Call, FailsWithItsJobs) {
    Calling calling;
    Going going{calling.plan()};

    going.at("call / build").state = JobState::failed;

    EXPECT_EQ(going.step(), "call=failed; call / check=skipped; after=skipped; failed");
}

TEST(Call, ThatIsSkippedSkipsItsJobs) {
    Calling calling;
    calling.main.jobs[0].condition.text = "false";

    EXPECT_EQ(
        shown(calling.plan()),
        "call=skipped; call / build=skipped; call / check=skipped; after=skipped; "
    );
}

TEST(Call, OfAMatrixHasTheJobsForEachLeg) {
    Calling calling;
    calling.main.jobs[0].strategy.emplace().matrix = text("${{ fromJSON('{\"v\": [1, 2]}') }}");
    calling.main.jobs[0].with[0].second = text("${{ matrix.v }}");

    const auto run = calling.plan();

    EXPECT_EQ(
        shown(run),
        "call (1)=waiting; call (1) / build=queued; call (1) / check=blocked; "
        "call (2)=waiting; call (2) / build=queued; call (2) / check=blocked; after=blocked; "
    );
    ASSERT_EQ(run.jobs.size(), 7U);
    EXPECT_EQ(run.jobs[4].name, "call (2) / Build for 2");
}

TEST(Call, SaysWhatDoesNotFit) {
    const auto problem_with = [](auto change) {
        Calling calling;
        change(calling);
        (void)calling.plan();
        return calling.problem;
    };

    EXPECT_EQ(
        problem_with([](Calling& one) { one.main.jobs[0].with.clear(); }),
        "'./lib.yml' needs the input 'level'"
    );
    EXPECT_EQ(
        problem_with([](Calling& one) { one.main.jobs[0].with.emplace_back("x", text("")); }),
        "'./lib.yml' has no input 'x'"
    );
    EXPECT_EQ(
        problem_with([](Calling& one) {
            one.main.jobs[0].secrets = {{"KEY", {"x", {}}}};
        }),
        "'./lib.yml' takes no secret 'KEY'"
    );
    EXPECT_EQ(
        problem_with([](Calling& one) { one.lib.triggers[0].event = "release"; }),
        "'./lib.yml' has no workflow_call in its 'on'"
    );
}

TEST(Call, MayNotGoInCircles) {
    Calling calling;
    calling.lib.triggers[0].inputs.clear();
    calling.main.jobs[0].with.clear();
    calling.lib.jobs.push_back(a_call("again", "./lib.yml"));

    const auto run = calling.plan();

    EXPECT_EQ(calling.problem, "lib.yml calls itself on the way");
    EXPECT_EQ(run.state, model::RunState::failed);
    EXPECT_EQ(run.cause, model::Cause::invalid);
}

// reusing-workflow-configurations: permissions can only be kept or reduced
TEST(Call, MayNotWantMoreThanItsCallerHas) {
    Calling calling;
    calling.main.permissions.emplace().scopes = {{"contents", "read"}};
    calling.lib.jobs[0].permissions.emplace().scopes = {{"contents", "write"}};

    (void)calling.plan();

    EXPECT_EQ(
        calling.problem,
        "the job 'build' of lib.yml asks for contents: write, which its caller does not have"
    );
}

// reuse-workflows: OWNER/REPOSITORY/path@ref; ./path in it is of the same repository and commit
TEST(Call, OfAnotherRepositoryIsKnownByItsNameAndKeepsItsCommit) {
    Calling calling;
    const auto commit = std::string(40, 'e');
    const std::string name = "octo/shared/.github/workflows/lib.yml@v1";
    calling.main.jobs[0].uses = name;
    calling.lib.path = "octo/shared/.github/workflows/lib.yml@" + commit;
    calling.lib.jobs.push_back(a_call("more", "./.github/workflows/more.yml"));
    auto more = a_workflow("octo/shared/.github/workflows/more.yml@" + commit, "workflow_call");
    more.jobs = {a_job("deep")};
    World world{a_push("main"), {}};
    Calling::add(world, calling.main);

    const auto first = world.ask();
    Calling::add(world, calling.lib, name);
    const auto second = world.ask();
    Calling::add(world, more);
    const auto plan = world.plan();

    EXPECT_EQ(std::get<Needs>(first).files, std::vector<std::string>{name});
    EXPECT_EQ(std::get<Needs>(second).files, std::vector<std::string>{more.path});
    ASSERT_EQ(plan.runs.size(), 1U);
    ASSERT_EQ(plan.runs[0].jobs.size(), 6U);
    EXPECT_EQ(plan.runs[0].jobs[0].definition.uses, calling.lib.path);
    EXPECT_EQ(plan.runs[0].jobs[0].reason.text, "runs " + calling.lib.path);
    EXPECT_EQ(plan.runs[0].jobs[4].key, "call / more / deep");
}

TEST(Call, OfAnotherOwnerInheritsNoSecrets) {
    const auto problem_with = [](const std::string& owner) {
        Calling calling;
        calling.main.jobs[0].uses = owner + "/shared/lib.yml@v1";
        calling.main.jobs[0].inherits_secrets = true;
        calling.lib.path = calling.main.jobs[0].uses;
        (void)calling.plan();
        return calling.problem;
    };

    EXPECT_EQ(problem_with("Octo"), "");
    EXPECT_EQ(
        problem_with("mallory"),
        "job 'call': mallory/shared/lib.yml@v1 is of another owner, who gets no secrets by "
        "'inherit'; name those that it needs"
    );
}

// control-workflow-concurrency: of the job that calls, and of the workflow that it calls
TEST(Call, EntersItsOwnGroupAndThatOfItsWorkflow) {
    Calling calling;
    calling.main.jobs[0].concurrency.emplace().group.text = "own";
    calling.lib.concurrency.emplace().group.text = "lib-${{ inputs.level }}";
    calling.lib.concurrency->queue = "max";

    const auto run = calling.plan();

    const std::vector<Group> groups{{"own"}, {"lib-push", false, true, kLongestQueue}};
    EXPECT_EQ(run.jobs.at(0).groups, groups);
    EXPECT_EQ(run.jobs.at(1).groups, std::vector<Group>{});
}

TEST(Call, ThatWaitsForItsGroupKeepsItsJobsBack) {
    Calling calling;
    calling.main.jobs[0].concurrency.emplace().group.text = "own";
    Going going{calling.plan()};
    for (auto& job : going.facts.jobs) job.state = JobState::blocked;
    going.at("call").state = JobState::waiting;
    going.at("call").is_held = true;

    EXPECT_EQ(going.step(), "waiting");
    going.at("call").is_held = false;
    EXPECT_EQ(going.step(), "call / build=queued; queued");
}

TEST(Call, ThatWaitsForItsGroupEndsWithItsRun) {
    Calling calling;
    calling.main.jobs[0].concurrency.emplace().group.text = "own";
    Going going{calling.plan()};
    for (auto& job : going.facts.jobs) job.state = JobState::blocked;
    going.at("call").state = JobState::waiting;
    going.at("call").is_held = true;
    going.facts.cancelled = true;

    EXPECT_EQ(
        going.step(),
        "call=cancelled; call / build=cancelled; call / check=cancelled; after=cancelled; cancelled"
    );
}

TEST(Call, AsksForFilesThatNobodyHasBrought) {
    Calling calling;
    World world{a_push("main"), {}};
    Calling::add(world, calling.main);

    const auto answer = world.ask();

    ASSERT_TRUE(std::holds_alternative<Needs>(answer));
    EXPECT_EQ(std::get<Needs>(answer).files, std::vector<std::string>{"lib.yml"});
}
