#include "report/sender.hpp"

#include "store/repository_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"
#include "store/sqlite/database.hpp"
#include "support/clock.hpp"
#include "support/random.hpp"
#include "support/run_task.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>

using namespace triphammer;
using namespace triphammer::report;
using namespace std::chrono_literals;
using model::JobState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using triphammer::testing::ManualClock;
using triphammer::testing::run_until_done;
using triphammer::testing::SeededRandom;
using triphammer::testing::TempDir;

namespace {

/// Answers as it was told to, in order, then with 201; keeps what it got.
class Recorder final : public StatusTarget {
  public:
    Task<Result<github::ApiAnswer>> create_status(
        std::string repository, github::CommitStatus status
    ) override {
        got.push_back(repository + ' ' + status.context + ' ' + status.state);
        if (answers.empty()) co_return make(201);
        auto answer = std::move(answers.front());
        answers.erase(answers.begin());
        co_return answer;
    }

    static Result<github::ApiAnswer> make(int status, std::optional<TimePoint> wait = {}) {
        github::ApiAnswer answer;
        answer.status = status;
        answer.wait_until = wait;
        return answer;
    }

    std::vector<Result<github::ApiAnswer>> answers;
    std::vector<std::string> got;
};

class SenderTest : public ::testing::Test {
  protected:
    SenderTest() {
        store::Options inline_mode;
        inline_mode.threads = false;
        database_ = store::Database::open(directory_ / "db", clock_, inline_mode).value();
        store::NewRepository repository;
        repository.full_name = "o/r";
        repository.hook = "hook";
        repository.hook_secret = "sealed";
        database_
            ->write_now([&](store::Transaction& tx) {
                return store::add_repository(tx, repository);
            })
            .value();
        store::NewRun run;
        run.repository = {1};
        run.workflow = "CI";
        run.event = "push";
        run.sha = "abc";
        database_->write_now([&](store::Transaction& tx) { return store::insert_run(tx, run); }
        ).value();
    }

    model::JobId add_job(const std::string& key) {
        store::NewJob job;
        job.run = {1};
        job.repository = {1};
        job.key = key;
        job.name = key;
        job.stage = "build";
        job.definition_json = "{}";
        job.state = JobState::queued;
        return database_
            ->write_now([&](store::Transaction& tx) {
                return Result<model::JobId>{store::insert_job(tx, job)};
            })
            .value();
    }

    void move(model::JobId job, JobState from, JobState to) {
        const store::JobMove change{.job = job, .from = from, .to = to};
        database_->write_now([&](store::Transaction& tx) { return store::move_job(tx, change); }
        ).value();
    }

    /// One pass of a sender that was just started.
    std::optional<TimePoint> pass() {
        std::optional<TimePoint> next;
        run_until_done([&](Executor executor) { return pass_task(executor, next); });
        return next;
    }

    Task<> pass_task(Executor executor, std::optional<TimePoint>& next) {
        Sender sender{
            {executor, *database_, {{kStatusChannel, &recorder_}}, clock_, random_},
            WriterSettings{}};
        auto passing = sender.pass();
        auto passed = co_await std::move(passing);
        next = passed.value();
    }

    TempDir directory_;
    ManualClock clock_;
    SeededRandom random_{1};
    Recorder recorder_;
    std::unique_ptr<store::Database> database_;
};

}  // namespace

TEST_F(SenderTest, SendsTheStateOfEachJobOnce) {
    const auto job = add_job("a");

    EXPECT_EQ(pass(), std::nullopt);
    EXPECT_EQ(pass(), std::nullopt);
    move(job, JobState::queued, JobState::running);
    pass();

    EXPECT_THAT(
        recorder_.got,
        ElementsAre("o/r triphammer/CI/a (push) pending", "o/r triphammer/CI/a (push) pending")
    );
}

TEST_F(SenderTest, SendsOnlyTheLastOfManyStates) {
    const auto job = add_job("a");
    move(job, JobState::queued, JobState::running);
    move(job, JobState::running, JobState::succeeded);

    pass();

    EXPECT_THAT(recorder_.got, ElementsAre("o/r triphammer/CI/a (push) success"));
}

TEST_F(SenderTest, ReplacesWhatCouldNotBeSentByTheNewerState) {
    const auto job = add_job("a");
    recorder_.answers = {Recorder::make(502)};
    const auto again = pass();
    move(job, JobState::queued, JobState::running);
    move(job, JobState::running, JobState::failed);
    clock_.advance(5s);

    pass();

    EXPECT_TRUE(again);
    EXPECT_THAT(
        recorder_.got,
        ElementsAre("o/r triphammer/CI/a (push) pending", "o/r triphammer/CI/a (push) failure")
    );
}

TEST_F(SenderTest, AsksAForgeThatIsAwayOnceAndNotForEachMessage) {
    for (const auto* key : {"a", "b", "c"}) add_job(key);
    recorder_.answers = {Error{Code::unavailable, "away"}};

    const auto again = pass();

    ASSERT_TRUE(again);
    EXPECT_GE(*again - clock_.now(), 1s);
    EXPECT_EQ(recorder_.got.size(), 1U);
    clock_.advance(*again - clock_.now());
    pass();
    EXPECT_EQ(recorder_.got.size(), 4U);
}

TEST_F(SenderTest, WaitsUntilARateLimitEnds) {
    add_job("a");
    add_job("b");
    recorder_.answers = {Recorder::make(403, clock_.now() + 10min)};

    EXPECT_EQ(pass(), clock_.now() + 10min);
    clock_.advance(9min);
    // The limit is kept in memory only: a restarted sender finds out with one message.
    recorder_.answers = {Recorder::make(429, clock_.now() + 1min)};
    EXPECT_EQ(pass(), clock_.now() + 1min);
    EXPECT_EQ(recorder_.got.size(), 2U);
    clock_.advance(1min);
    pass();

    EXPECT_EQ(recorder_.got.size(), 4U);
}

TEST_F(SenderTest, RepeatsARefusalThatMayBeMendedAndBuriesOthers) {
    add_job("a");
    add_job("b");
    recorder_.answers = {Recorder::make(404), Recorder::make(422)};

    const auto again = pass();

    ASSERT_TRUE(again);
    EXPECT_LE(*again - clock_.now(), 1s);
    clock_.advance(1s);
    EXPECT_EQ(pass(), std::nullopt);
    EXPECT_THAT(
        recorder_.got,
        ElementsAre(
            "o/r triphammer/CI/a (push) pending",
            "o/r triphammer/CI/b (push) pending",
            "o/r triphammer/CI/a (push) pending"
        )
    );
}

TEST_F(SenderTest, GivesUpAfterAWeek) {
    add_job("a");
    recorder_.answers = {Recorder::make(404), Recorder::make(404)};
    pass();
    clock_.advance(8 * 24h);

    EXPECT_EQ(pass(), std::nullopt);
    EXPECT_EQ(pass(), std::nullopt);
    EXPECT_EQ(recorder_.got.size(), 2U);
}

TEST_F(SenderTest, PassesOverWhatHappenedWhileReportingWasOff) {
    add_job("a");
    clock_.advance(25h);
    add_job("b");

    pass();

    EXPECT_THAT(recorder_.got, ElementsAre("o/r triphammer/CI/b (push) pending"));
}

TEST(BackOff, GrowsFromASecondToAnHour) {
    SeededRandom random{7};

    EXPECT_GE(back_off(0, random), 800ms);
    EXPECT_LE(back_off(0, random), 1s);
    EXPECT_GT(back_off(6, random), 50s);
    EXPECT_LE(back_off(1000, random), 1h);
    EXPECT_GE(back_off(1000, random), 48min);
}
