#include "queue/queue_fixture.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using model::JobState;
using triphammer::testing::QueueFixture;

namespace {

struct CancelFixture : QueueFixture {
    template <class Id>
    Result<std::vector<model::Fence>> cancel(Id id) {
        return try_write([&](store::Transaction& tx) {
            return queue::request_cancel(tx, id, {"wrong branch", "mona"});
        });
    }
};

using Fences = std::vector<model::Fence>;

}  // namespace

TEST(RequestCancel, EndsWhatWaitsAndNamesWhatRuns) {
    CancelFixture fixture;
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
    CancelFixture fixture;
    const auto run = fixture.create({{"a", {}}});
    const auto hold = fixture.run_next();

    EXPECT_EQ(fixture.cancel(run).value(), Fences{hold.fence});
    EXPECT_EQ(fixture.cancel(run).value(), Fences{hold.fence});
    fixture.finish(hold, JobState::cancelled).value();
    EXPECT_EQ(fixture.cancel(run).error().code, Code::conflict);
}

TEST(RequestCancel, EndsARunThatNobodyStarted) {
    CancelFixture fixture;
    const auto run = fixture.create({{"a", {}}, {"b", {"a"}}});

    EXPECT_EQ(fixture.cancel(run).value(), Fences{});
    EXPECT_EQ(fixture.run_state(run), "cancelled");
}

TEST(RequestCancel, TakesOneJobAlone) {
    CancelFixture fixture;
    const auto run = fixture.create({{"a", {}}, {"b", {}}});

    EXPECT_EQ(fixture.cancel(fixture.job(run, "b").id).value(), Fences{});
    EXPECT_EQ(fixture.job_state(run, "b"), "cancelled");
    EXPECT_EQ(fixture.claim()->job.key, "a");
}

TEST(RequestCancel, OutlivesALostRunner) {
    CancelFixture fixture;
    const auto run = fixture.create({{"a", {}}});
    const auto hold = fixture.run_next();
    fixture.cancel(run).value();

    fixture.lose(hold.fence, queue::AfterLoss::queue_again).value();

    EXPECT_EQ(fixture.job_state(run, "a"), "cancelled");
    EXPECT_EQ(fixture.run_state(run), "cancelled");
}
