#include "queue/queue_fixture.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using model::JobState;
using queue::Rerun;
using triphammer::testing::QueueFixture;

namespace {

struct RerunFixture : QueueFixture {
    Result<> rerun(model::RunId run, const queue::RerunRequest& request) {
        return try_write([&](store::Transaction& tx) { return queue::rerun(tx, run, request); });
    }

    Result<> rerun_job(model::RunId run, const std::string& key) {
        return rerun(run, {.what = Rerun::job, .job = job(run, key).id});
    }

    /// "call" with the job "call / build", which "call / test" needs, and "after", which needs the
    /// call, which needs "before".
    model::RunId create_calling() {
        auto plan = make_plan(
            {{"before", {}}, {"call", {"before"}}, {"build", {}}, {"test", {}}, {"after", {"call"}}}
        );
        auto& jobs = plan.runs[0].jobs;
        jobs[1].definition.kind = "call";
        jobs[1].kind = model::JobKind::steps;
        for (const int called : {2, 3}) {
            auto& job = jobs[called];
            job.key = job.node = "call / " + job.definition.key;
            job.parent = "call";
            job.state = JobState::blocked;
        }
        jobs[3].definition.needs = {"build"};
        jobs[3].needs = {"call / build"};
        return create_planned(plan);
    }

    /// Two legs of one matrix; one failure ends the other.
    model::RunId create_legs() {
        auto plan = make_plan({{"a", {}}, {"b", {}}});
        for (auto& job : plan.runs[0].jobs) {
            job.key = job.definition.key;
            job.node = job.definition.key = "test";
            job.contexts_json = R"({"matrix":{},"strategy":{"fail-fast":true}})";
        }
        return create_planned(plan);
    }

    std::string states(model::RunId run) {
        std::string out;
        for (const auto& row :
             read([&](store::Connection& db) { return store::list_jobs(db, run); })) {
            out += row.key + "=" + std::string{name_of(row.state)} + " ";
        }
        return out;
    }

    std::int64_t run_attempt(model::RunId run) {
        return read([&](store::Connection& db) { return store::find_run(db, run); })->attempt;
    }

    void pass() { finish(run_next()).value(); }

    void fail(const store::Hold& hold) {
        finish(hold, JobState::failed, model::Cause::exit).value();
    }
};

}  // namespace

TEST(Rerun, RunsEverythingAgain) {
    RerunFixture fixture;
    const auto run = fixture.create({{"a", {}}, {"b", {"a"}}});
    fixture.finish(fixture.run_next()).value();
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
    RerunFixture fixture;
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
    RerunFixture fixture;
    const auto run = fixture.create({{"a", {}}, {"b", {"a"}}, {"c", {"b"}}});
    for (int i = 0; i < 3; ++i) fixture.finish(fixture.run_next()).value();

    fixture.rerun(run, {.what = queue::Rerun::job, .job = fixture.job(run, "b").id}).value();

    EXPECT_EQ(fixture.job_state(run, "a"), "succeeded");
    EXPECT_EQ(fixture.job_state(run, "b"), "queued");
    EXPECT_EQ(fixture.job_state(run, "c"), "blocked");
}

TEST(Rerun, RefusesWhenNothingWouldRun) {
    RerunFixture fixture;
    const auto run = fixture.create({{"a", {}}});
    fixture.finish(fixture.run_next()).value();

    const auto refused = fixture.rerun(run, {.what = queue::Rerun::failed});

    EXPECT_EQ(refused.error().code, Code::conflict);
    EXPECT_EQ(fixture.run_state(run), "succeeded");
}

TEST(Rerun, BeginsAFailedJobWhileItsSiblingRuns) {
    RerunFixture fixture;
    const auto run = fixture.create({{"bad", {}}, {"long", {}}, {"last", {"bad", "long"}}});
    const auto bad = fixture.run_next();
    const auto sibling = fixture.run_next();
    fixture.fail(bad);

    fixture.rerun(run, {.what = Rerun::failed}).value();

    EXPECT_EQ(fixture.states(run), "bad=queued long=running last=blocked ");
    EXPECT_EQ(fixture.run_state(run), "running");
    EXPECT_EQ(fixture.run_attempt(run), 2);
    fixture.pass();
    fixture.finish(sibling).value();
    fixture.pass();
    EXPECT_EQ(fixture.run_state(run), "succeeded");
    EXPECT_EQ(fixture.job(run, "bad").attempts, 2);
    EXPECT_EQ(fixture.job(run, "long").attempts, 1);
}

TEST(Rerun, KeepsTheRunAttemptOfWhatIsUnderWay) {
    RerunFixture fixture;
    const auto run = fixture.create({{"bad", {}}, {"long", {}}, {"last", {"long"}}});
    fixture.fail(fixture.run_next());
    fixture.run_next();

    fixture.rerun(run, {.what = Rerun::failed}).value();

    EXPECT_EQ(fixture.job(run, "bad").run_attempt, 2);
    EXPECT_EQ(fixture.job(run, "long").run_attempt, 1);
    EXPECT_EQ(fixture.job(run, "last").run_attempt, 2);
}

TEST(Rerun, TakesAllThatHasEndedWhileTheRestGoesOn) {
    RerunFixture fixture;
    const auto run = fixture.create({{"a", {}}, {"b", {}}, {"long", {}}, {"after", {"a"}}});
    fixture.pass();
    fixture.fail(fixture.run_next());
    fixture.run_next();
    fixture.pass();

    fixture.rerun(run, {}).value();

    EXPECT_EQ(fixture.states(run), "a=queued b=queued long=running after=blocked ");
}

TEST(Rerun, LeavesWhatSomethingUnderWayNeeds) {
    RerunFixture fixture;
    const auto run = fixture.create({{"a", {}}, {"b", {"a"}}, {"c", {"b"}}, {"other", {}}});
    fixture.pass();
    fixture.pass();
    fixture.run_next();
    fixture.pass();

    const auto refused = fixture.rerun_job(run, "a");

    EXPECT_EQ(refused.error().code, Code::conflict);
    EXPECT_EQ(
        refused.error().message,
        "job 'c' needs 'a' and has not ended; wait for it, or cancel it first"
    );
    EXPECT_EQ(fixture.run_attempt(run), 1);
    fixture.rerun(run, {}).value();
    EXPECT_EQ(fixture.states(run), "a=succeeded b=succeeded c=running other=queued ");
}

TEST(Rerun, RefusesAJobThatRuns) {
    RerunFixture fixture;
    const auto run = fixture.create({{"a", {}}});
    fixture.run_next();

    const auto refused = fixture.rerun_job(run, "a");

    EXPECT_EQ(refused.error().message, "job 'a' has not ended; cancel it first");
}

TEST(Rerun, RefusesWhileTheRunIsBeingCancelled) {
    RerunFixture fixture;
    const auto run = fixture.create({{"a", {}}, {"long", {}}});
    fixture.fail(fixture.run_next());
    fixture.run_next();
    fixture
        .try_write([&](store::Transaction& tx) {
            return queue::request_cancel(tx, run, {"wrong branch", "mona"});
        })
        .value();

    EXPECT_EQ(fixture.rerun(run, {.what = Rerun::failed}).error().code, Code::conflict);
    EXPECT_EQ(fixture.job_state(run, "a"), "failed");
}

TEST(Rerun, OfACallsJobTakesTheCallAndNotItsOtherJobs) {
    RerunFixture fixture;
    const auto run = fixture.create_calling();
    fixture.pass();
    fixture.pass();
    fixture.fail(fixture.run_next());
    EXPECT_EQ(
        fixture.states(run),
        "before=succeeded call=failed call / build=succeeded call / test=failed after=skipped "
    );

    fixture.rerun(run, {.what = Rerun::failed}).value();

    EXPECT_EQ(
        fixture.states(run),
        "before=succeeded call=waiting call / build=succeeded call / test=queued after=blocked "
    );
}

TEST(Rerun, OfWhatACallNeedsTakesAllThatItCalls) {
    RerunFixture fixture;
    const auto run = fixture.create_calling();
    for (int i = 0; i < 4; ++i) fixture.pass();
    EXPECT_EQ(fixture.run_state(run), "succeeded");

    fixture.rerun_job(run, "before").value();

    EXPECT_EQ(
        fixture.states(run),
        "before=queued call=blocked call / build=blocked call / test=blocked after=blocked "
    );
    for (int i = 0; i < 4; ++i) fixture.pass();
    EXPECT_EQ(fixture.run_state(run), "succeeded");
}

TEST(Rerun, OfACallsJobWorksWhileTheCallGoesOn) {
    RerunFixture fixture;
    auto plan = fixture.make_plan({{"call", {}}, {"one", {}}, {"two", {}}});
    auto& jobs = plan.runs[0].jobs;
    jobs[0].definition.kind = "call";
    jobs[0].state = JobState::waiting;
    for (const int called : {1, 2}) {
        jobs[called].key = jobs[called].node = "call / " + jobs[called].definition.key;
        jobs[called].parent = "call";
    }
    const auto run = fixture.create_planned(plan);
    fixture.fail(fixture.run_next());
    const auto two = fixture.run_next();

    fixture.rerun(run, {.what = Rerun::failed}).value();

    EXPECT_EQ(fixture.states(run), "call=waiting call / one=queued call / two=running ");
    fixture.finish(two).value();
    fixture.pass();
    EXPECT_EQ(fixture.run_state(run), "succeeded");
}

TEST(Rerun, OfOneLegOutlivesTheFailureOfAnother) {
    RerunFixture fixture;
    const auto run = fixture.create_legs();
    const auto first = fixture.run_next();
    const auto second = fixture.run_next();
    fixture.fail(first);
    fixture.fail(second);

    fixture.rerun_job(run, "a").value();

    EXPECT_EQ(fixture.states(run), "a=queued b=failed ");
    fixture.pass();
    EXPECT_EQ(fixture.states(run), "a=succeeded b=failed ");
}
