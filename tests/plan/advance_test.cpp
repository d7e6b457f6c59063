#include "plan/advance.hpp"

#include "workflow/expression/evaluator.hpp"

#include <gtest/gtest.h>

#include <deque>

using namespace triphammer;
using namespace triphammer::plan;
using model::JobState;
using model::RunState;

namespace {

/// Jobs in a few words.
class Jobs {
  public:
    Jobs& add(
        const std::string& key,
        JobState state,
        std::vector<std::string> needs = {},
        std::string condition = ""
    ) {
        auto& definition = definitions_.emplace_back();
        definition.key = key;
        definition.needs = std::move(needs);
        definition.condition.text = std::move(condition);
        JobFacts facts;
        facts.key = definition.key;
        facts.state = state;
        facts.definition = &definition;
        if (state == JobState::failed) facts.cause = model::Cause::exit;
        run_.jobs.push_back(facts);
        return *this;
    }

    model::JobDefinition& last() { return definitions_.back(); }

    RunFacts& run() { return run_; }

    /// "b=queued c=skipped | running"
    std::string shown() const {
        const auto answer = advance(run_);
        std::string out;
        for (const auto& one : answer.transitions) {
            out += one.key + "=" + std::string{name_of(one.state)} + " ";
        }
        return out + "| " + std::string{name_of(answer.run)};
    }

  private:
    std::deque<model::JobDefinition> definitions_;
    RunFacts run_;
};

}  // namespace

// workflow-syntax#jobsjob_idneeds
TEST(Advance, AJobWaitsForAllItsNeeds) {
    Jobs jobs;
    jobs.add("a", JobState::succeeded)
        .add("b", JobState::running)
        .add("c", JobState::blocked, {"a", "b"});

    EXPECT_EQ(jobs.shown(), "| running");
    jobs.run().jobs[1].state = JobState::succeeded;
    EXPECT_EQ(jobs.shown(), "c=queued | running");
}

TEST(Advance, AFailureOrSkipHoldsForTheChainBehindIt) {
    Jobs jobs;
    jobs.add("a", JobState::failed)
        .add("b", JobState::blocked, {"a"})
        .add("c", JobState::blocked, {"b"})
        .add("d", JobState::blocked, {"b"}, "always()")
        .add("e", JobState::blocked, {"d"});

    EXPECT_EQ(jobs.shown(), "b=skipped c=skipped d=queued | running");
    jobs.run().jobs[1].state = jobs.run().jobs[2].state = JobState::skipped;
    jobs.run().jobs[3].state = JobState::succeeded;
    EXPECT_EQ(jobs.shown(), "e=skipped | failed");
}

// expressions#status-check-functions
TEST(Advance, ConditionsSeeWhatTheirNeedsBecame) {
    struct Row {
        JobState need;
        const char* condition;
        const char* shown;
    };

    for (const auto& [need, condition, shown] : std::vector<Row>{
             {JobState::succeeded, "", "b=queued | running"},
             {JobState::succeeded, "failure()", "b=skipped | succeeded"},
             {JobState::failed, "failure()", "b=queued | running"},
             {JobState::timed_out, "failure()", "b=queued | running"},
             {JobState::failed, "!cancelled()", "b=queued | running"},
             {JobState::failed, "success() || failure()", "b=queued | running"},
             {JobState::skipped, "", "b=skipped | succeeded"},
             {JobState::skipped, "failure()", "b=skipped | succeeded"},
             {JobState::skipped, "!failure()", "b=queued | queued"},
             {JobState::cancelled, "failure()", "b=skipped | cancelled"},
             {JobState::failed, "needs.a.result == 'failure'", "b=skipped | failed"},
             {JobState::failed, "always() && needs.a.result == 'failure'", "b=queued | running"},
             {JobState::succeeded, "needs.a.outputs.go == 'yes'", "b=queued | running"},
             {JobState::succeeded, "needs.a.outputs.go == 'no'", "b=skipped | succeeded"},
         }) {
        Jobs jobs;
        jobs.add("a", need).add("b", JobState::blocked, {"a"}, condition);
        jobs.run().jobs[0].outputs_json = R"({"go": "yes"})";

        EXPECT_EQ(jobs.shown(), shown) << name_of(need) << " " << condition;
    }
}

// workflow-syntax#jobsjob_idcontinue-on-error
TEST(Advance, ContinueOnErrorKeepsTheRunGreen) {
    Jobs jobs;
    jobs.add("a", JobState::failed).add("b", JobState::blocked, {"a"});
    jobs.run().jobs[0].continue_on_error = true;

    EXPECT_EQ(jobs.shown(), "b=queued | running");
    jobs.run().jobs[1].state = JobState::succeeded;
    EXPECT_EQ(jobs.shown(), "| succeeded");
}

TEST(Advance, ACancelledRunEndsWhatWaitsExceptAlways) {
    Jobs jobs;
    jobs.add("a", JobState::cancelled)
        .add("b", JobState::blocked, {"a"})
        .add("c", JobState::blocked, {"a"}, "always()")
        .add("d", JobState::blocked, {"a"}, "cancelled()");
    jobs.run().cancelled = true;

    EXPECT_EQ(jobs.shown(), "b=cancelled c=queued d=queued | running");
    jobs.run().jobs[1].state = JobState::cancelled;
    jobs.run().jobs[2].state = JobState::succeeded;
    jobs.run().jobs[3].state = JobState::failed;
    EXPECT_EQ(jobs.shown(), "| cancelled");
}

TEST(Advance, TheRunShowsItsFirstFailure) {
    Jobs jobs;
    jobs.add("a", JobState::succeeded).add("b", JobState::failed).add("c", JobState::failed);
    jobs.run().jobs[1].cause = model::Cause::oom;

    const auto answer = advance(jobs.run());

    EXPECT_EQ(answer.run, RunState::failed);
    EXPECT_EQ(answer.cause, model::Cause::oom);
}

TEST(Advance, KnowsWaitingRuns) {
    Jobs jobs;
    jobs.add("a", JobState::succeeded)
        .add("b", JobState::waiting, {"a"})
        .add("c", JobState::blocked, {"b"});

    EXPECT_EQ(jobs.shown(), "| waiting");
}

TEST(Advance, EvaluatesWhatDependsOnTheNeeds) {
    Jobs jobs;
    jobs.add("a", JobState::succeeded).add("b", JobState::blocked, {"a"});
    jobs.run().jobs[0].outputs_json = R"({"target": "staging", "labels": "[\"linux\",\"big\"]"})";
    jobs.last().name.text = "To ${{ needs.a.outputs.target }}";
    jobs.last().environment.text = "${{ needs.a.outputs.target }}";
    jobs.last().runs_on = {{"${{ fromJSON(needs.a.outputs.labels) }}", {}}};
    jobs.last().continue_on_error.text = "${{ needs.a.result == 'success' }}";

    const auto transition = advance(jobs.run()).transitions.at(0);

    EXPECT_EQ(transition.name, "To staging");
    EXPECT_EQ(transition.environment, "staging");
    EXPECT_EQ(transition.label, "linux,big");
    EXPECT_TRUE(transition.continue_on_error);
}

TEST(Advance, WhatCannotBeEvaluatedFailsItsJobAlone) {
    Jobs jobs;
    jobs.add("a", JobState::blocked, {}, "fromJSON('{')")
        .add("b", JobState::blocked, {"a"})
        .add("c", JobState::blocked);

    const auto answer = advance(jobs.run());

    EXPECT_EQ(jobs.shown(), "a=failed b=skipped c=queued | running");
    EXPECT_EQ(answer.transitions[0].cause, model::Cause::invalid);
    EXPECT_EQ(answer.transitions[0].reason.text.substr(0, 13), "if: fromJSON:");
}

TEST(Advance, AskingAgainGivesNothingNew) {
    Jobs jobs;
    jobs.add("a", JobState::failed)
        .add("b", JobState::blocked, {"a"})
        .add("c", JobState::blocked, {"b"}, "always()");
    for (const auto& one : advance(jobs.run()).transitions) {
        for (auto& job : jobs.run().jobs) {
            if (job.key == one.key) job.state = one.state;
        }
    }

    EXPECT_TRUE(advance(jobs.run()).transitions.empty());
}

TEST(Advance, ReadsTheRunsContexts) {
    Jobs jobs;
    jobs.add("a", JobState::blocked, {}, "github.ref == 'refs/heads/main' && vars.go");
    jobs.run().contexts_json = R"({"github": {"ref": "refs/heads/main"}, "vars": {"go": "1"}})";

    EXPECT_EQ(jobs.shown(), "a=queued | queued");
}

// contexts#needs-context
TEST(Advance, GivesTheNeedsOfAJob) {
    Jobs jobs;
    jobs.add("a", JobState::succeeded)
        .add("b", JobState::failed)
        .add("c", JobState::queued, {"a", "b"});
    jobs.run().jobs[0].outputs_json = R"({"ref": "app@sha256:1"})";

    EXPECT_EQ(
        needs_context(jobs.run(), "c").value(),
        R"({"a":{"result":"success","outputs":{"ref":"app@sha256:1"}},"b":{"result":"failure","outputs":{}}})"
    );
    EXPECT_EQ(needs_context(jobs.run(), "x").error().code, Code::not_found);
}

// A file may hold thousands of jobs; deciding a chain of them must not take their square.
TEST(Advance, DecidesALongChainInOneGo) {
    constexpr int kJobs = 4000;
    Jobs jobs;
    for (int i = kJobs; i > 0; --i) {
        jobs.add("j" + std::to_string(i), JobState::blocked, {"j" + std::to_string(i - 1)});
    }
    jobs.add("j0", JobState::failed);

    const auto answer = advance(jobs.run());

    EXPECT_EQ(answer.transitions.size(), static_cast<std::size_t>(kJobs));
    EXPECT_EQ(answer.run, RunState::failed);
}
