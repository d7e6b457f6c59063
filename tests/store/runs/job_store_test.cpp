#include "store/runs/job_store.hpp"

#include "store/runs/attempt_store.hpp"
#include "store/sample_database.hpp"
#include "store/sqlite/change_store.hpp"
#include "store/sqlite/meta_store.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::store;
using model::JobState;
using triphammer::testing::SampleDatabase;

namespace {

struct JobStoreFixture : SampleDatabase {
    Result<> move(const JobMove& move) {
        return try_write([&](Transaction& tx) { return move_job(tx, move); });
    }

    std::optional<model::JobId> next() {
        return read([&](Connection& db) { return find_next_queued(db, clock.now()); });
    }

    /// As a claim does; which repository it was.
    model::RepositoryId serve() {
        return write([&](Transaction& tx) -> Result<model::RepositoryId> {
            const auto job = find_job(tx, find_next_queued(tx, tx.now()).value()).value();
            move_job(tx, {.job = job.id, .from = JobState::queued, .to = JobState::running})
                .value();
            const auto token = "token" + to_text(job.id);
            take_turn(tx, job.repository, insert_attempt(tx, job.id, token, ""));
            return job.repository;
        });
    }

    JobRow row(model::JobId id) {
        return *read([&](Connection& db) { return find_job(db, id); });
    }

    model::RepositoryId repository = add_repository("octo/roof");
    model::RunId run = add_run(repository);
};

}  // namespace

TEST(JobStore, MovesAJobOnlyFromWhereItIs) {
    JobStoreFixture fixture;
    const auto job = fixture.add_job(fixture.run, "build");

    EXPECT_TRUE(fixture.move({.job = job, .from = JobState::queued, .to = JobState::running}));
    EXPECT_EQ(
        fixture.move({.job = job, .from = JobState::queued, .to = JobState::running}).error().code,
        Code::conflict
    );
    EXPECT_EQ(
        fixture.move({.job = job, .from = JobState::running, .to = JobState::skipped}).error().code,
        Code::conflict
    );
    EXPECT_EQ(fixture.row(job).state, JobState::running);
}

TEST(JobStore, KeepsTheTimesOfItsStates) {
    JobStoreFixture fixture;
    const auto job = fixture.add_job(fixture.run, "build", JobState::blocked);
    const auto created = fixture.clock.now();

    fixture.clock.advance(Milliseconds{10});
    fixture.move({.job = job, .from = JobState::blocked, .to = JobState::queued}).value();
    fixture.clock.advance(Milliseconds{10});
    fixture.move({.job = job, .from = JobState::queued, .to = JobState::running}).value();
    fixture.clock.advance(Milliseconds{10});
    fixture.move({.job = job, .from = JobState::running, .to = JobState::succeeded}).value();

    const auto row = fixture.row(job);
    EXPECT_EQ(row.created_at, created);
    EXPECT_EQ(row.queued_at, created + Milliseconds{10});
    EXPECT_EQ(row.started_at, created + Milliseconds{20});
    EXPECT_EQ(row.finished_at, created + Milliseconds{30});
}

TEST(JobStore, WritesAChangeAndCountsWithEveryMove) {
    JobStoreFixture fixture;
    const auto job = fixture.add_job(fixture.run, "build");
    const auto seq = fixture.read([](Connection& db) { return last_change(db); });

    fixture
        .move(
            {.job = job,
             .from = JobState::queued,
             .to = JobState::cancelled,
             .reason = "not needed",
             .actor = "mona"}
        )
        .value();

    const auto changes = fixture.read([&](Connection& db) { return list_changes(db, seq, 9); });
    auto counters = fixture.read([](Connection& db) { return list_counters(db); });
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].subject, "job");
    EXPECT_EQ(changes[0].id, job.value);
    EXPECT_EQ(changes[0].run, fixture.run);
    EXPECT_EQ(changes[0].from_state + ">" + changes[0].to_state, "queued>cancelled");
    EXPECT_EQ(changes[0].reason + " by " + changes[0].actor, "not needed by mona");
    EXPECT_EQ(counters["jobs.queued"], 0);
    EXPECT_EQ(counters["jobs.cancelled"], 1);
}

TEST(JobStore, ServesTheRepositoriesInTurn) {
    JobStoreFixture fixture;
    const auto other = fixture.add_repository("octo/cellar");
    const auto other_run = fixture.add_run(other);
    for (int i = 0; i < 4; ++i) fixture.add_job(fixture.run, "a" + std::to_string(i));
    EXPECT_EQ(fixture.serve(), fixture.repository);
    for (int i = 0; i < 2; ++i) fixture.add_job(other_run, "b" + std::to_string(i));

    EXPECT_EQ(fixture.serve(), other);
    EXPECT_EQ(fixture.serve(), fixture.repository);
    EXPECT_EQ(fixture.serve(), other);
    EXPECT_EQ(fixture.serve(), fixture.repository);
}

TEST(JobStore, FindsTheNextJobWithoutReadingTheWholeQueue) {
    JobStoreFixture fixture;
    const auto other = fixture.add_repository("octo/cellar");
    fixture.write([&](Transaction& tx) -> Result<> {
        NewJob job;
        job.run = fixture.run;
        job.repository = fixture.repository;
        job.state = JobState::queued;
        job.definition_json = "{}";
        for (int i = 0; i < 10'000; ++i) {
            job.key = std::to_string(i);
            insert_job(tx, job);
        }
        return {};
    });
    fixture.serve();
    const auto wanted = fixture.add_job(fixture.add_run(other), "late");

    EXPECT_EQ(fixture.next(), wanted);
    const auto plan = fixture.read([](Connection& db) {
        return db
            .prepare(
                "EXPLAIN QUERY PLAN SELECT min(repository) FROM jobs "
                "WHERE state = 'queued' AND repository > 7"
            )
            .list([](Statement& row) {
                std::int64_t ignored = 0;
                std::string detail;
                row.read(ignored, ignored, ignored, detail);
                return detail;
            });
    });
    EXPECT_NE(plan.at(0).find("jobs_queued (repository>?)"), std::string::npos) << plan.at(0);
}

TEST(JobStore, HoldsAJobBackWithoutHoldingUpItsRepository) {
    JobStoreFixture fixture;
    const auto first = fixture.add_job(fixture.run, "first");
    const auto second = fixture.add_job(fixture.run, "second");
    const auto until = fixture.clock.now() + Milliseconds{500};
    fixture.write([&](Transaction& tx) -> Result<> {
        hold_job_until(tx, first, until);
        return {};
    });

    EXPECT_EQ(fixture.next(), second);
    EXPECT_EQ(
        fixture.read([&](Connection& db) { return next_not_before(db, fixture.clock.now()); }),
        until
    );
    fixture.clock.advance(Milliseconds{500});
    EXPECT_EQ(fixture.next(), first);
}

TEST(JobStore, AsksARunningJobToStopOnce) {
    JobStoreFixture fixture;
    const auto job = fixture.add_job(fixture.run, "build");
    const auto ask = [&](Transaction& tx) {
        return request_job_cancel(tx, job, "wrong branch", "mona");
    };

    EXPECT_EQ(fixture.try_write(ask).error().code, Code::conflict);
    fixture.serve();
    EXPECT_TRUE(fixture.try_write(ask));
    EXPECT_EQ(fixture.try_write(ask).error().code, Code::conflict);

    EXPECT_EQ(fixture.row(job).cancel_reason, "wrong branch");
    EXPECT_EQ(fixture.row(job).state, JobState::running);
}

TEST(JobStore, MakesAnEndedJobNewAgain) {
    JobStoreFixture fixture;
    const auto job = fixture.add_job(fixture.run, "build");
    const auto reset = [&](Transaction& tx) { return reset_job(tx, job, "mona"); };
    EXPECT_EQ(fixture.try_write(reset).error().code, Code::conflict);
    fixture.serve();
    fixture
        .move(
            {.job = job,
             .from = JobState::running,
             .to = JobState::failed,
             .cause = model::Cause::exit}
        )
        .value();

    fixture.try_write(reset).value();

    const auto row = fixture.row(job);
    EXPECT_EQ(row.state, JobState::blocked);
    EXPECT_EQ(row.cause, model::Cause::none);
    EXPECT_EQ(row.finished_at, std::nullopt);
    EXPECT_EQ(row.attempts, 1);
}

TEST(JobStore, SeesWhetherSomethingCanFollowAnEnd) {
    JobStoreFixture fixture;
    const auto look = [&] {
        const auto open =
            fixture.read([&](Connection& db) { return look_at_open_jobs(db, fixture.run); });
        return std::pair{open.goes_on, open.has_ready};
    };
    const auto skip = [&](model::JobId job) {
        fixture.move({.job = job, .from = JobState::blocked, .to = JobState::skipped}).value();
    };
    const auto build = fixture.add_job(fixture.run, "build", JobState::blocked);
    const auto test = fixture.add_job(fixture.run, "test", JobState::blocked);
    fixture.add_job(fixture.run, "ship", JobState::blocked);
    fixture
        .try_write([](Transaction& tx) -> Result<> {
            tx.prepare("UPDATE jobs SET needs = '[\"build\", \"test\"]' WHERE key = 'ship'").run();
            tx.prepare("UPDATE jobs SET needs = '[\"build\"]' WHERE key = 'test'").run();
            return {};
        })
        .value();

    EXPECT_EQ(look(), (std::pair{false, true}));  // build needs nothing
    fixture.move({.job = build, .from = JobState::blocked, .to = JobState::queued}).value();
    EXPECT_EQ(look(), (std::pair{true, false}));
    fixture.serve();
    EXPECT_EQ(look(), (std::pair{true, false}));
    fixture.move({.job = build, .from = JobState::running, .to = JobState::succeeded}).value();
    EXPECT_EQ(look(), (std::pair{false, true}));  // test
    skip(test);
    EXPECT_EQ(look(), (std::pair{false, true}));  // ship
}
