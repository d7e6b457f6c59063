#include "queue/queue_fixture.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using model::Cause;
using model::JobState;
using triphammer::testing::QueueFixture;

namespace {

struct Retried : QueueFixture {
    model::RunId run;

    explicit Retried(const std::string& on) {
        auto plan = make_plan({{"build", {}}, {"test", {"build"}}});
        auto& definition = plan.runs[0].jobs[0].definition;
        definition.retry = model::Retry{{"1", {}}, {{on, {}}}, {"5s", {}}};
        run = create_planned(plan);
    }

    Result<> fail(int exit_status) {
        const auto hold = run_next();
        return try_write([&](store::Transaction& tx) {
            queue::AttemptResult result{JobState::failed, Cause::exit, "exited"};
            result.exit_status = exit_status;
            return queue::finish_attempt(tx, hold, result);
        });
    }
};

}  // namespace

TEST(Retry, QueuesTheJobAgainAfterItsBackOff) {
    Retried fixture{"exit:75"};

    fixture.fail(75).value();

    const auto job = fixture.job(fixture.run, "build");
    EXPECT_EQ(job.state, JobState::queued);
    EXPECT_EQ(job.reason, "attempt 1 failed (exit: exited); tried again in 5 s");
    EXPECT_EQ(fixture.job_state(fixture.run, "test"), "blocked");
    EXPECT_EQ(fixture.run_state(fixture.run), "running");
    EXPECT_FALSE(fixture.claim());
    fixture.clock.advance(Milliseconds{5'000});
    fixture.finish(fixture.run_next()).value();
    EXPECT_EQ(fixture.job_state(fixture.run, "test"), "queued");
    EXPECT_EQ(fixture.job(fixture.run, "build").attempts, 2);
}

TEST(Retry, EndsTheJobWhenItWasTriedOftenEnough) {
    Retried fixture{"exit:75"};

    fixture.fail(75).value();
    fixture.clock.advance(Milliseconds{5'000});
    fixture.fail(75).value();

    EXPECT_EQ(fixture.job_state(fixture.run, "build"), "failed");
    EXPECT_EQ(fixture.job_state(fixture.run, "test"), "skipped");
    EXPECT_EQ(fixture.job(fixture.run, "build").cause, Cause::exit);
}

TEST(Retry, IsNotForAnotherCause) {
    Retried fixture{"exit:75"};

    fixture.fail(1).value();

    EXPECT_EQ(fixture.job_state(fixture.run, "build"), "failed");
}

TEST(Retry, FollowsALostRunner) {
    Retried fixture{"infrastructure"};

    fixture.lose(fixture.run_next().fence).value();
    EXPECT_EQ(fixture.job_state(fixture.run, "build"), "queued");
    fixture.clock.advance(Milliseconds{5'000});
    fixture.lose(fixture.run_next().fence).value();
    EXPECT_EQ(fixture.job_state(fixture.run, "build"), "failed");
}

TEST(Retry, IsNotForAJobThatIsCancelled) {
    Retried fixture{"infrastructure"};
    const auto hold = fixture.run_next();
    fixture
        .try_write([&](store::Transaction& tx) {
            return queue::request_cancel(tx, fixture.run, {"enough", "mona"});
        })
        .value();

    fixture.lose(hold.fence).value();

    EXPECT_EQ(fixture.job_state(fixture.run, "build"), "cancelled");
}
