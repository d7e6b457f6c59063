#include "history/board.hpp"
#include "store/sample_database.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::history;
using model::JobState;

namespace {

struct BadgeFixture : triphammer::testing::SampleDatabase {
    void end_run(model::RunId run) {
        write([&](store::Transaction& tx) {
            return store::move_run(
                tx, {.run = run, .from = model::RunState::queued, .to = model::RunState::succeeded}
            );
        });
    }

    model::RepositoryId repository = add_repository("octo/roof");
};

}  // namespace

TEST(BadgeState, IsThatOfTheNewestRunThatEnded) {
    BadgeFixture fixture;
    const auto badge = [&](const std::string& name, const std::string& branch) {
        return fixture.database->read_now([&](store::Connection& db) {
            return history::badge_state(db, {name, branch});
        });
    };
    fixture.add_run(fixture.repository);
    fixture.end_run({1});
    fixture.add_run(fixture.repository, "refs/heads/dev");

    EXPECT_EQ(badge("octo/roof", "").value(), "succeeded");
    EXPECT_EQ(badge("octo/roof", "dev").value(), "queued");
    EXPECT_EQ(badge("octo/roof", "main").value(), "succeeded");
    EXPECT_EQ(badge("octo/roof", "none").value(), std::nullopt);
    EXPECT_EQ(badge("octo/none", "").error().code, Code::not_found);
}

TEST(BadgeState, OfOneJobIsThatOfAllItsLegs) {
    BadgeFixture fixture;
    const auto badge = [&](const std::string& job) {
        return fixture.database->read_now([&](store::Connection& db) {
            return history::badge_state(db, {"octo/roof", "main", "ci", job});
        });
    };
    const auto end = [&](model::RunId run, const std::string& node, JobState state) {
        fixture.write([&](store::Transaction& tx) -> Result<> {
            store::NewJob leg;
            leg.run = run;
            leg.repository = fixture.repository;
            leg.node = node;
            leg.key = node + " (" + std::string{name_of(state)} + ")";
            leg.state = JobState::queued;
            const auto job = store::insert_job(tx, leg);
            store::move_job(tx, {.job = job, .from = JobState::queued, .to = JobState::running})
                .value();
            return store::move_job(tx, {.job = job, .from = JobState::running, .to = state});
        });
    };
    const auto first = fixture.add_run(fixture.repository);
    end(first, "lint", JobState::failed);
    end(first, "test", JobState::succeeded);
    const auto second = fixture.add_run(fixture.repository);
    end(second, "test", JobState::timed_out);
    end(second, "test", JobState::succeeded);
    fixture.add_job(fixture.add_run(fixture.repository), "test");

    EXPECT_EQ(badge("lint").value(), "failed");
    EXPECT_EQ(badge("test").value(), "failed");
    EXPECT_EQ(badge("test (succeeded)").value(), "succeeded");
    EXPECT_EQ(badge("none").value(), std::nullopt);
}

TEST(JudgeJobs, TheWorstThatEndedCountsOnceAllHave) {
    using enum JobState;
    const auto of = [](std::vector<JobState> states) { return judge_jobs(states); };

    EXPECT_EQ(of({succeeded, timed_out, skipped}), model::RunState::failed);
    EXPECT_EQ(of({failed, running}), model::RunState::running);
    EXPECT_EQ(of({succeeded, blocked}), model::RunState::queued);
    EXPECT_EQ(of({skipped, succeeded}), model::RunState::succeeded);
    EXPECT_EQ(of({skipped}), std::nullopt);
    EXPECT_EQ(of({}), std::nullopt);
}
