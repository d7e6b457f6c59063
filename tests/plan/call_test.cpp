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

    static void add(World& world, const model::Workflow& workflow) {
        workflow::ReadResult read;
        read.workflow = workflow;
        read.name = workflow.name;
        auto content = std::make_shared<const workflow::ReadResult>(std::move(read));
        world.definitions.files.push_back({workflow.path, workflow.path, std::move(content)});
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
        "job 'call': ./lib.yml requires the input 'level'"
    );
    EXPECT_EQ(
        problem_with([](Calling& one) { one.main.jobs[0].with.emplace_back("x", text("")); }),
        "job 'call': ./lib.yml has no input 'x'"
    );
    EXPECT_EQ(
        problem_with([](Calling& one) {
            one.main.jobs[0].secrets = {{"KEY", {"x", {}}}};
        }),
        "job 'call': ./lib.yml has no secret 'KEY'"
    );
    EXPECT_EQ(
        problem_with([](Calling& one) { one.lib.triggers[0].event = "release"; }),
        "job 'call': ./lib.yml cannot be called: it is not 'on: workflow_call'"
    );
    EXPECT_EQ(
        problem_with([](Calling& one) { one.lib.jobs.push_back(a_call("again", "./lib.yml")); }),
        "job 'call / again': ./lib.yml requires the input 'level'"
    );
}

TEST(Call, MayNotGoDeeperThanFour) {
    Calling calling;
    calling.lib.triggers[0].inputs.clear();
    calling.main.jobs[0].with.clear();
    calling.lib.jobs.push_back(a_call("again", "./lib.yml"));

    (void)calling.plan();

    EXPECT_EQ(
        calling.problem,
        "job 'call / again / again / again': workflows are called four deep at most"
    );
}

// reusing-workflow-configurations: permissions can only be kept or reduced
TEST(Call, MayNotWantMoreThanItsCallerHas) {
    Calling calling;
    calling.main.permissions.emplace().scopes = {{"contents", "read"}};
    calling.lib.jobs[0].permissions.emplace().scopes = {{"contents", "write"}};

    (void)calling.plan();

    EXPECT_EQ(
        calling.problem,
        "job 'call': ./lib.yml: job 'build' wants 'contents: write', which the job that calls it "
        "does not have"
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
