#include "queue/queue_fixture.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using model::JobState;
using triphammer::testing::QueueFixture;

namespace {

struct Fixture : QueueFixture {
    template <class Id>
    Result<std::vector<model::Fence>> cancel(Id id) {
        return try_write([&](store::Transaction& tx) {
            return queue::request_cancel(tx, id, {"wrong branch", "mona"});
        });
    }

    Result<> rerun(model::RunId run, const queue::RerunRequest& request) {
        return try_write([&](store::Transaction& tx) { return queue::rerun(tx, run, request); });
    }
};

using Fences = std::vector<model::Fence>;

}  // namespace

TEST(RequestCancel, EndsWhatWaitsAndNamesWhatRuns) {
    Fixture fixture;
    const auto run = fixture.create({{"a", {}}, {"b", {}}, {"c", {"a"}}});
    const auto hold = fixture.run_next();

    const auto running = fixture.cancel(run).value();

    EXPECT_EQ(running, Fences{hold.fence});
    EXPECT_EQ(fixture.job_state(run, "a"), "running");
    EXPECT_EQ(fixture.job_state(run, "b"), "cancelled");
    EXPECT_FALSE(fixture.claim());
    fixture.finish(hold, JobState::cancelled).value();
    EXPECT_EQ(fixture.job_state(run, "c"), "cancelled");
    EXPECT_EQ(fixture.run_state(run), "cancelled");
}

TEST(RequestCancel, MayBeAskedAgainUntilTheRunEnds) {
    Fixture fixture;
    const auto run = fixture.create({{"a", {}}});
    const auto hold = fixture.run_next();

    EXPECT_EQ(fixture.cancel(run).value(), Fences{hold.fence});
    EXPECT_EQ(fixture.cancel(run).value(), Fences{hold.fence});
    fixture.finish(hold, JobState::cancelled).value();
    EXPECT_EQ(fixture.cancel(run).error().code, Code::conflict);
}

TEST(RequestCancel, EndsARunThatNobodyStarted) {
    Fixture fixture;
    const auto run = fixture.create({{"a", {}}, {"b", {"a"}}});

    EXPECT_EQ(fixture.cancel(run).value(), Fences{});
    EXPECT_EQ(fixture.run_state(run), "cancelled");
}

TEST(RequestCancel, TakesOneJobAlone) {
    Fixture fixture;
    const auto run = fixture.create({{"a", {}}, {"b", {}}});

    EXPECT_EQ(fixture.cancel(fixture.job(run, "b").id).value(), Fences{});
    EXPECT_EQ(fixture.job_state(run, "b"), "cancelled");
    EXPECT_EQ(fixture.claim()->job.key, "a");
}

TEST(RequestCancel, OutlivesALostRunner) {
    Fixture fixture;
    const auto run = fixture.create({{"a", {}}});
    const auto hold = fixture.run_next();
    fixture.cancel(run).value();

    fixture.lose(hold.fence, queue::AfterLoss::queue_again).value();

    EXPECT_EQ(fixture.job_state(run, "a"), "cancelled");
    EXPECT_EQ(fixture.run_state(run), "cancelled");
}

TEST(Rerun, RunsEverythingAgain) {
    Fixture fixture;
    const auto run = fixture.create({{"a", {}}, {"b", {"a"}}});
    fixture.finish(fixture.run_next()).value();
    EXPECT_EQ(fixture.rerun(run, {}).error().code, Code::conflict);
    fixture.finish(fixture.run_next()).value();

    fixture.rerun(run, {.actor = "mona"}).value();

    EXPECT_EQ(fixture.run_state(run), "queued");
    EXPECT_EQ(fixture.job_state(run, "a"), "queued");
    EXPECT_EQ(fixture.job_state(run, "b"), "blocked");
    EXPECT_EQ(fixture.claim()->job.attempts, 2);
    const auto row = fixture.read([&](store::Connection& db) { return store::find_run(db, run); });
    EXPECT_EQ(row->attempt, 2);
}

TEST(Rerun, RunsWhatFailedAndWhatNeedsIt) {
    Fixture fixture;
    const auto run = fixture.create({{"good", {}}, {"bad", {}}, {"last", {"bad"}}});
    fixture.finish(fixture.run_next()).value();
    fixture.finish(fixture.run_next(), JobState::failed, model::Cause::exit).value();
    EXPECT_EQ(fixture.run_state(run), "failed");

    fixture.rerun(run, {.what = queue::Rerun::failed}).value();

    EXPECT_EQ(fixture.job_state(run, "good"), "succeeded");
    EXPECT_EQ(fixture.job_state(run, "bad"), "queued");
    EXPECT_EQ(fixture.job_state(run, "last"), "blocked");
    fixture.finish(fixture.run_next()).value();
    fixture.finish(fixture.run_next()).value();
    EXPECT_EQ(fixture.run_state(run), "succeeded");
}

TEST(Rerun, RunsOneJobAndWhatNeedsIt) {
    Fixture fixture;
    const auto run = fixture.create({{"a", {}}, {"b", {"a"}}, {"c", {"b"}}});
    for (int i = 0; i < 3; ++i) fixture.finish(fixture.run_next()).value();

    fixture.rerun(run, {.what = queue::Rerun::job, .job = fixture.job(run, "b").id}).value();

    EXPECT_EQ(fixture.job_state(run, "a"), "succeeded");
    EXPECT_EQ(fixture.job_state(run, "b"), "queued");
    EXPECT_EQ(fixture.job_state(run, "c"), "blocked");
}

TEST(Rerun, RefusesWhenNothingWouldRun) {
    Fixture fixture;
    const auto run = fixture.create({{"a", {}}});
    fixture.finish(fixture.run_next()).value();

    const auto refused = fixture.rerun(run, {.what = queue::Rerun::failed});

    EXPECT_EQ(refused.error().code, Code::conflict);
    EXPECT_EQ(fixture.run_state(run), "succeeded");
}
