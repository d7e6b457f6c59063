// Matrix jobs inside a run: their turn, their limits, their end.
#include "plan/advance.hpp"
#include "workflow/expression/value.hpp"

#include <gtest/gtest.h>

#include <deque>

using namespace triphammer;
using namespace triphammer::plan;
using model::JobState;

namespace {

model::Data data_of(const std::string& text) {
    model::Data data;
    data.kind = model::Data::Kind::text;
    data.text = text;
    return data;
}

class Situation {
  public:
    model::JobDefinition& define(const std::string& key, std::vector<std::string> needs = {}) {
        auto& definition = definitions_.emplace_back();
        definition.key = key;
        definition.kind = "steps";
        definition.needs = std::move(needs);
        return definition;
    }

    model::JobDefinition& define_matrix(const std::string& key, const std::string& matrix) {
        auto& definition = define(key);
        definition.strategy.emplace().matrix = data_of(matrix);
        return definition;
    }

    JobFacts& add(const model::JobDefinition& definition, JobState state = JobState::blocked) {
        JobFacts facts;
        facts.key = facts.node = definition.key;
        facts.definition = &definition;
        facts.state = state;
        return facts_.jobs.emplace_back(facts);
    }

    /// The legs that an expansion would make, all blocked.
    void add_legs(const model::JobDefinition& definition) {
        Situation alone;
        alone.add(definition);
        const auto answer = alone.ask();
        for (const auto& leg : answer.expansions.at(0).legs) {
            const auto& kept = legs_.emplace_back(leg);
            auto& facts = add(definition);
            facts.key = kept.key;
            facts.contexts_json = kept.contexts_json;
        }
    }

    JobFacts& at(std::size_t index) { return facts_.jobs[index]; }

    Advance ask() const { return advance(facts_); }

    std::string shown() const {
        const auto answer = ask();
        std::string out;
        for (const auto& one : answer.transitions) {
            out += one.key + "=" + std::string{name_of(one.state)} + "; ";
        }
        for (const auto& one : answer.stops) out += "stop " + one.key + "; ";
        return out + std::string{name_of(answer.run)};
    }

    RunFacts facts_;

  private:
    std::deque<model::JobDefinition> definitions_;
    std::deque<Leg> legs_;
};

constexpr auto kThree = "${{ fromJSON('{\"v\": [1, 2, 3]}') }}";

}  // namespace

TEST(Legs, AMatrixIsExpandedWhenItsTurnComes) {
    Situation run;
    auto& first = run.define("list");
    run.add(first, JobState::succeeded).outputs_json = R"({"m": "{\"v\": [1, 2]}"})";
    auto& second = run.define_matrix("test", "${{ fromJSON(needs.list.outputs.m) }}");
    second.needs = {"list"};
    run.add(second);

    const auto answer = run.ask();

    EXPECT_TRUE(answer.transitions.empty());
    ASSERT_EQ(answer.expansions.size(), 1U);
    EXPECT_EQ(answer.expansions[0].key, "test");
    ASSERT_EQ(answer.expansions[0].legs.size(), 2U);
    EXPECT_EQ(answer.expansions[0].legs[1].key, "test (2)");
    EXPECT_EQ(
        answer.expansions[0].legs[1].contexts_json,
        R"({"matrix":{"v":2},"strategy":{"fail-fast":true,"job-index":1,"job-total":2,"max-parallel":2}})"
    );
}

TEST(Legs, ASkippedMatrixIsOneJob) {
    Situation run;
    auto& job = run.define_matrix("test", kThree);
    job.condition.text = "false";
    run.add(job);

    EXPECT_EQ(run.shown(), "test=skipped; succeeded");
}

TEST(Legs, AMatrixThatCannotBeMadeFailsItsJob) {
    Situation run;
    run.add(run.define_matrix("test", "${{ fromJSON('{\"v\": []}') }}"));

    EXPECT_EQ(run.shown(), "test=failed; failed");
    EXPECT_EQ(run.ask().transitions[0].reason.text, "strategy: matrix: 'v' has no value");
}

TEST(Legs, EachHasItsValuesInTheContexts) {
    Situation run;
    auto& job = run.define_matrix("test", kThree);
    job.runs_on = {{"host-${{ matrix.v }}", {}}};
    job.name.text = "Test ${{ matrix.v }} of ${{ strategy.job-total }}";
    run.add_legs(job);

    const auto answer = run.ask();

    ASSERT_EQ(answer.transitions.size(), 3U);
    EXPECT_EQ(answer.transitions[2].label, "host-3");
    EXPECT_EQ(answer.transitions[2].name, "Test 3 of 3");
}

TEST(Legs, APlainNameGetsTheValuesBehindIt) {
    Situation run;
    auto& job = run.define_matrix("test", kThree);
    job.name.text = "Unit tests";
    run.add_legs(job);

    EXPECT_EQ(run.ask().transitions[0].name, "Unit tests (1)");
    job.name.text = "";
    EXPECT_EQ(run.ask().transitions[0].name, "test (1)");
}

// workflow-syntax#jobsjob_idstrategymax-parallel
TEST(Legs, NoMoreThanMaxParallelGoOnAtOnce) {
    Situation run;
    auto& job = run.define_matrix("test", kThree);
    job.strategy->max_parallel.text = "2";
    run.add_legs(job);

    EXPECT_EQ(run.shown(), "test (1)=queued; test (2)=queued; queued");
    run.at(0).state = JobState::running;
    run.at(1).state = JobState::succeeded;
    EXPECT_EQ(run.shown(), "test (3)=queued; running");
}

// workflow-syntax#jobsjob_idstrategyfail-fast
TEST(Legs, AFailureEndsTheOthers) {
    Situation run;
    run.add_legs(run.define_matrix("test", kThree));
    run.at(0).state = JobState::failed;
    run.at(1).state = JobState::running;
    run.at(2).state = JobState::queued;

    EXPECT_EQ(run.shown(), "test (3)=cancelled; stop test (2); running");
    run.at(1).is_stopping = true;
    run.at(2).state = JobState::cancelled;
    EXPECT_EQ(run.shown(), "running");
    run.at(1).state = JobState::cancelled;
    EXPECT_EQ(run.shown(), "failed");
}

TEST(Legs, AFailureEndsNobodyWithoutFailFastOrWithContinueOnError) {
    Situation run;
    auto& job = run.define_matrix("test", kThree);
    job.strategy->fail_fast.text = "${{ false }}";
    run.add_legs(job);
    run.at(0).state = JobState::failed;
    run.at(1).state = run.at(2).state = JobState::running;
    EXPECT_EQ(run.shown(), "running");

    Situation other;
    other.add_legs(other.define_matrix("test", kThree));
    other.at(0).state = JobState::failed;
    other.at(0).continue_on_error = true;
    other.at(1).state = other.at(2).state = JobState::running;
    EXPECT_EQ(other.shown(), "running");
}

// workflow-syntax#jobsjob_idoutputs, using job outputs in a matrix job
TEST(Legs, WhatNeedsThemWaitsForAllAndSeesTheirOutputsTogether) {
    Situation run;
    run.add_legs(run.define_matrix("test", kThree));
    auto& after = run.define("after", {"test"});
    after.name.text = "${{ needs.test.result }} ${{ join(needs.test.outputs.*, '+') }}";
    run.add(after);
    run.at(0).state = run.at(1).state = JobState::succeeded;
    run.at(0).outputs_json = R"({"a": "1", "b": ""})";
    run.at(1).outputs_json = R"({"a": "", "b": "2"})";
    run.at(2).state = JobState::running;

    EXPECT_EQ(run.shown(), "running");
    run.at(2).state = JobState::succeeded;
    EXPECT_EQ(run.ask().transitions.at(0).name, "success 1+2");
    run.at(2).state = JobState::failed;
    EXPECT_EQ(run.shown(), "after=skipped; failed");
}

TEST(Legs, AHeldRunTakesNoTurnUntilItIsCancelled) {
    Situation run;
    run.add(run.define("a"));
    run.facts_.held = true;

    EXPECT_EQ(run.shown(), "queued");
    run.facts_.cancelled = true;
    EXPECT_EQ(run.shown(), "a=cancelled; cancelled");
}

// contexts#github-context
TEST(Legs, TheRunKnowsItsNumber) {
    Situation run;
    auto& job = run.define("a");
    job.name.text = "${{ github.run_id }}.${{ github.run_number }}.${{ github.run_attempt }}";
    run.add(job);
    run.facts_.id = "81";
    run.facts_.number = 7;
    run.facts_.attempt = 2;

    EXPECT_EQ(run.ask().transitions.at(0).name, "81.7.2");
}
