#include "queue/queue_fixture.hpp"
#include "store/sqlite/change_store.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using model::Cause;
using model::JobState;
using queue::AfterLoss;
using triphammer::testing::QueueFixture;

namespace {

struct FinishFixture : QueueFixture {
    Result<> give_back(model::Fence fence) {
        return try_write([&](store::Transaction& tx) {
            return queue::give_back(tx, fence, "the launcher is away");
        });
    }
};

}  // namespace

TEST(FinishAttempt, StartsWhatWaitedForTheJob) {
    FinishFixture fixture;
    const auto run = fixture.create({{"build", {}}, {"test", {"build"}}, {"ship", {"test"}}});

    fixture.finish(fixture.run_next()).value();

    EXPECT_EQ(fixture.job_state(run, "build"), "succeeded");
    EXPECT_EQ(fixture.job_state(run, "test"), "queued");
    EXPECT_EQ(fixture.job_state(run, "ship"), "blocked");
    EXPECT_EQ(fixture.run_state(run), "running");
}

TEST(FinishAttempt, StartsAJobWithTheLastOfThoseThatItNeeds) {
    FinishFixture fixture;
    const auto run = fixture.create({{"a", {}}, {"b", {}}, {"c", {}}, {"ship", {"a", "b"}}});

    fixture.finish(fixture.run_next()).value();
    EXPECT_EQ(fixture.job_state(run, "ship"), "blocked");
    EXPECT_EQ(fixture.run_state(run), "running");
    fixture.finish(fixture.run_next()).value();

    EXPECT_EQ(fixture.job_state(run, "ship"), "queued");
    EXPECT_EQ(fixture.job_state(run, "c"), "queued");
    EXPECT_EQ(fixture.run_state(run), "running");
}

TEST(FinishAttempt, EndsTheRunWithItsLastJob) {
    FinishFixture fixture;
    const auto run = fixture.create({{"build", {}}, {"test", {"build"}}});

    fixture.finish(fixture.run_next()).value();
    fixture.finish(fixture.run_next()).value();

    EXPECT_EQ(fixture.run_state(run), "succeeded");
    EXPECT_FALSE(fixture.claim());
}

TEST(FinishAttempt, SkipsWhatNeedsAFailedJob) {
    FinishFixture fixture;
    const auto run = fixture.create({{"build", {}}, {"test", {"build"}}});

    fixture.finish(fixture.run_next(), JobState::failed, Cause::oom).value();

    EXPECT_EQ(fixture.job_state(run, "build"), "failed");
    EXPECT_EQ(fixture.job_state(run, "test"), "skipped");
    EXPECT_EQ(fixture.run_state(run), "failed");
    EXPECT_EQ(fixture.job(run, "build").cause, Cause::oom);
}

TEST(FinishAttempt, IsRefusedAfterALostLease) {
    FinishFixture fixture;
    const auto run = fixture.create({{"build", {}}});
    const auto hold = fixture.run_next();
    fixture.lose(hold.fence, AfterLoss::queue_again).value();
    const auto second = fixture.run_next();

    EXPECT_EQ(fixture.finish(hold).error().code, Code::conflict);
    EXPECT_EQ(fixture.job_state(run, "build"), "running");
    EXPECT_TRUE(fixture.finish(second));
    EXPECT_EQ(fixture.finish(second).error().code, Code::conflict);
    EXPECT_EQ(fixture.job_state(run, "build"), "succeeded");
}

TEST(FinishAttempt, TakesNoStateThatAnAttemptCannotEndIn) {
    FinishFixture fixture;
    fixture.create({{"build", {}}});
    const auto hold = fixture.run_next();

    EXPECT_EQ(fixture.finish(hold, JobState::skipped).error().code, Code::invalid);
    EXPECT_EQ(fixture.finish(hold, JobState::queued).error().code, Code::invalid);
    EXPECT_TRUE(fixture.finish(hold));
}

TEST(FinishAttempt, LeavesATraceOfEveryChange) {
    FinishFixture fixture;
    fixture.create({{"build", {}}, {"test", {"build"}}});
    const auto hold = fixture.run_next();
    const auto seq = fixture.read([](store::Connection& db) { return store::last_change(db); });

    fixture.finish(hold).value();

    std::vector<std::string> seen;
    for (const auto& change :
         fixture.read([&](store::Connection& db) { return store::list_changes(db, seq, 99); })) {
        seen.push_back(change.subject + " " + change.from_state + ">" + change.to_state);
    }
    EXPECT_EQ(
        seen,
        (std::vector<std::string>{
            "attempt running>ended", "job running>succeeded", "job blocked>queued"})
    );
}

TEST(LoseAttempt, FailsTheJobOrQueuesItAgain) {
    FinishFixture fixture;
    const auto run = fixture.create({{"a", {}}, {"b", {}}});

    fixture.lose(fixture.run_next().fence).value();
    fixture.lose(fixture.run_next().fence, AfterLoss::queue_again).value();

    EXPECT_EQ(fixture.job_state(run, "a"), "failed");
    EXPECT_EQ(fixture.job(run, "a").cause, Cause::lost_runner);
    EXPECT_EQ(fixture.job_state(run, "b"), "queued");
    EXPECT_EQ(fixture.claim()->job.attempts, 2);
}

TEST(GiveBack, QueuesAJobAgainUntilItWasTooOften) {
    FinishFixture fixture;
    const auto run = fixture.create({{"build", {}}});
    for (int i = 1; i < queue::kMaxUnattached; ++i) {
        fixture.give_back(fixture.claim().value().fence).value();
        EXPECT_EQ(fixture.job_state(run, "build"), "queued");
        fixture.clock.advance(Milliseconds{10'000});
    }
    EXPECT_EQ(fixture.job(run, "build").attempts, 0);

    fixture.give_back(fixture.claim().value().fence).value();

    EXPECT_EQ(fixture.job_state(run, "build"), "failed");
    EXPECT_EQ(fixture.job(run, "build").cause, Cause::infrastructure);
    EXPECT_EQ(fixture.run_state(run), "failed");
}

TEST(GiveBack, IsRefusedOnceARunnerAttached) {
    FinishFixture fixture;
    fixture.create({{"build", {}}});
    const auto hold = fixture.run_next();

    EXPECT_EQ(fixture.give_back(hold.fence).error().code, Code::conflict);
    EXPECT_TRUE(fixture.finish(hold));
}

TEST(ParkAttempt, LetsAJobWaitWithoutAWorker) {
    FinishFixture fixture;
    const auto run = fixture.create({{"build", {}}});
    const auto hold = fixture.run_next();
    fixture
        .try_write([&](store::Transaction& tx) {
            return queue::park_attempt(tx, hold, "waits for approval");
        })
        .value();

    EXPECT_EQ(fixture.job_state(run, "build"), "waiting");
    EXPECT_EQ(fixture.run_state(run), "waiting");
    EXPECT_FALSE(fixture.claim(1));
    EXPECT_EQ(fixture.finish(hold).error().code, Code::conflict);

    const auto job = fixture.job(run, "build").id;
    fixture
        .try_write([&](store::Transaction& tx) { return queue::resume_job(tx, job, "approved"); })
        .value();
    fixture.finish(fixture.run_next()).value();
    EXPECT_EQ(fixture.run_state(run), "succeeded");
}

// workflow-syntax#jobsjob_idoutputs: 50 MB for a run, in UTF-16
TEST(FinishAttempt, FailsTheJobWhoseOutputsHaveNoRoomInTheRun) {
    FinishFixture fixture;
    const auto run = fixture.create({{"a", {}}, {"b", {}}});
    const auto first = fixture.run_next();
    const auto second = fixture.run_next();
    const auto outputs = [](std::size_t bytes) {
        return R"({"large":")" + std::string(bytes, 'x') + "\"}";
    };
    const auto finish_with = [&](const store::Hold& hold, std::string outputs_json) {
        return fixture.try_write([&](store::Transaction& tx) {
            return queue::finish_attempt(tx, hold, {.outputs_json = outputs_json});
        });
    };

    finish_with(first, outputs(25'900'000)).value();
    finish_with(second, outputs(900'000)).value();

    EXPECT_EQ(fixture.job_state(run, "a"), "succeeded");
    EXPECT_EQ(fixture.job_state(run, "b"), "failed");
    EXPECT_EQ(fixture.job(run, "b").outputs_json, "{}");
    EXPECT_EQ(fixture.job(run, "b").cause, model::Cause::invalid);
}
