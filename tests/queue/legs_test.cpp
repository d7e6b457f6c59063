// Matrix jobs in the tables.
#include "queue/queue_fixture.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using model::JobState;
using triphammer::testing::QueueFixture;

namespace {

struct LegsFixture : QueueFixture {
    /// "list" gives the versions of "test", which "after" needs.
    model::RunId create_dynamic() {
        auto plan = make_plan({{"list", {}}, {"test", {"list"}}, {"after", {"test"}}});
        auto& matrix = plan.runs[0].jobs[1].definition.strategy.emplace().matrix;
        matrix.kind = model::Data::Kind::text;
        matrix.text = "${{ fromJSON(needs.list.outputs.matrix) }}";
        return create_planned(plan);
    }

    void finish_with(const store::Hold& hold, const std::string& outputs) {
        try_write([&](store::Transaction& tx) {
            queue::AttemptResult result;
            result.outputs_json = outputs;
            return queue::finish_attempt(tx, hold, result);
        }).value();
    }

    std::string keys(model::RunId run) {
        std::string out;
        for (const auto& row :
             read([&](store::Connection& db) { return store::list_jobs(db, run); })) {
            out += row.key + "=" + std::string{name_of(row.state)} + "; ";
        }
        return out;
    }
};

}  // namespace

TEST(Legs, BecomeRowsWhenTheMatrixIsKnown) {
    LegsFixture fixture;
    const auto run = fixture.create_dynamic();

    fixture.finish_with(fixture.run_next(), R"({"matrix": "{\"v\": [1, 2]}"})");

    EXPECT_EQ(
        fixture.keys(run), "list=succeeded; test (1)=queued; test (2)=queued; after=blocked; "
    );
    fixture.finish(fixture.run_next()).value();
    EXPECT_EQ(fixture.job_state(run, "after"), "blocked");
    fixture.finish(fixture.run_next()).value();
    EXPECT_EQ(fixture.job_state(run, "after"), "queued");
}

TEST(Legs, AFailureAsksTheRunningOnesToEnd) {
    LegsFixture fixture;
    const auto run = fixture.create_dynamic();
    fixture.finish_with(fixture.run_next(), R"({"matrix": "{\"v\": [1, 2, 3]}"})");
    const auto first = fixture.run_next();
    const auto second = fixture.run_next();

    fixture.finish(first, JobState::failed, model::Cause::exit).value();

    EXPECT_EQ(
        fixture.job(run, "test (2)").cancel_reason, "fail-fast: 'test (1)' of its matrix failed"
    );
    EXPECT_EQ(fixture.job_state(run, "test (3)"), "cancelled");
    fixture.finish(second, JobState::cancelled).value();
    EXPECT_EQ(fixture.run_state(run), "failed");
    EXPECT_EQ(fixture.job_state(run, "after"), "skipped");
}

TEST(Legs, ARerunOfTheFailedOnesKeepsTheOthers) {
    LegsFixture fixture;
    const auto run = fixture.create_dynamic();
    fixture.finish_with(fixture.run_next(), R"({"matrix": "{\"v\": [1, 2]}"})");
    fixture.finish(fixture.run_next()).value();
    fixture.finish(fixture.run_next(), JobState::failed, model::Cause::exit).value();

    fixture
        .try_write([&](store::Transaction& tx) {
            return queue::rerun(tx, run, {.what = queue::Rerun::failed});
        })
        .value();

    EXPECT_EQ(
        fixture.keys(run), "list=succeeded; test (1)=succeeded; test (2)=queued; after=blocked; "
    );
}
