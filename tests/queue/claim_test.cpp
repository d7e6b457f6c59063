#include "queue/queue_fixture.hpp"
#include "store/runs/drain_store.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using triphammer::testing::QueueFixture;

TEST(ClaimNext, GivesAJobToOneAttempt) {
    QueueFixture fixture;
    const auto run = fixture.create({{"build", {}}});

    const auto first = fixture.claim();
    const auto second = fixture.claim();

    ASSERT_TRUE(first);
    EXPECT_EQ(first->job.key, "build");
    EXPECT_EQ(first->job.attempts, 1);
    EXPECT_FALSE(second);
    EXPECT_EQ(fixture.job_state(run, "build"), "running");
    EXPECT_EQ(fixture.run_state(run), "running");
}

TEST(ClaimNext, KeepsTheNumberOfWorkers) {
    QueueFixture fixture;
    fixture.create({{"a", {}}, {"b", {}}, {"c", {}}});

    const auto first = fixture.claim(2);
    const auto second = fixture.claim(2);
    const auto third = fixture.claim(2);
    fixture.lose(first->fence).value();

    EXPECT_TRUE(second);
    EXPECT_FALSE(third);
    EXPECT_TRUE(fixture.claim(2));
}

TEST(ClaimNext, GivesNothingWhileTheQueueIsDrained) {
    QueueFixture fixture;
    const auto run = fixture.create({{"build", {}}});
    fixture.write([](store::Transaction& tx) -> Result<> {
        store::begin_drain(tx, "user:ada");
        store::begin_drain(tx, "user:eve");
        EXPECT_EQ(store::find_drain(tx)->by, "user:ada");
        return {};
    });

    EXPECT_FALSE(fixture.claim());
    EXPECT_EQ(fixture.job_state(run, "build"), "queued");
    fixture.write([](store::Transaction& tx) -> Result<> {
        store::end_drain(tx);
        return {};
    });
    EXPECT_TRUE(fixture.claim());
}

TEST(ClaimNext, GivesTheNextFreeSlotToAnotherRepository) {
    QueueFixture fixture;
    plan::Plan many;
    for (int i = 0; i < 300; ++i) {
        many.runs.push_back(QueueFixture::make_plan({{"build", {}}}).runs[0]);
    }
    fixture.write([&](store::Transaction& tx) {
        return queue::create_runs(tx, {.repository = fixture.repository}, many);
    });
    fixture.claim();
    const auto busy = fixture.repository;
    fixture.repository = fixture.add_repository("octo/cellar");
    fixture.create({{"late", {}}});

    EXPECT_EQ(fixture.claim()->job.key, "late");
    EXPECT_EQ(fixture.claim()->job.repository, busy);
}

TEST(AcceptRecords, AppliesEachGroupOnce) {
    QueueFixture fixture;
    fixture.create({{"build", {}}});
    const auto hold = fixture.run_next();
    const auto accept = [&](const std::string& nonce, std::int64_t acked) {
        return fixture.try_write([&](store::Transaction& tx) {
            return queue::accept_records(tx, {hold.fence, nonce}, acked);
        });
    };

    EXPECT_EQ(accept(hold.nonce, 100).value(), true);
    EXPECT_EQ(accept(hold.nonce, 100).value(), false);
    EXPECT_EQ(accept("another", 200).error().code, Code::conflict);
}

TEST(Steps, AreKeptWithTheirEndAndLog) {
    QueueFixture fixture;
    fixture.create({{"build", {}}});
    const auto hold = fixture.run_next();
    const store::StepPlace place{hold.fence, {}};
    fixture.write([&](store::Transaction& tx) -> Result<> {
        store::begin_step(tx, place, {1, "compile", "Compile", tx.now()});
        store::StepEnd end;
        end.number = 1;
        end.state = model::StepState::failed;
        end.cause = model::Cause::exit;
        end.exit_status = 2;
        queue::end_step(tx, place, end).value();
        store::begin_step(tx, place, {2, "", "Never ends", tx.now()});
        return queue::set_step_log(tx, hold, {1, 500, 20, "sum"});
    });

    fixture.finish(hold, model::JobState::failed, model::Cause::exit).value();

    const auto steps =
        fixture.read([&](store::Connection& db) { return store::list_steps(db, hold.fence); });
    ASSERT_EQ(steps.size(), 2U);
    EXPECT_EQ(steps[0].name, "Compile");
    EXPECT_EQ(steps[0].exit_status, 2);
    EXPECT_EQ(steps[0].log_lines, 20);
    EXPECT_EQ(steps[1].state, model::StepState::failed);
}
