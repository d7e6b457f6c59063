#include "report/status_text.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::report;
using namespace std::chrono_literals;
using model::Cause;
using model::JobState;

namespace {

store::RunRow make_run() {
    store::RunRow run;
    run.id = {12};
    run.workflow = "CI";
    run.workflow_path = ".triphammer/ci.yml";
    run.event = "push";
    run.sha = "abc";
    return run;
}

store::JobRow make_job(JobState state, Cause cause = Cause::none, std::string reason = "") {
    store::JobRow job;
    job.id = {34};
    job.key = "build";
    job.name = "Build ${{ matrix.os }}";
    job.state = state;
    job.cause = cause;
    job.reason = std::move(reason);
    return job;
}

github::CommitStatus status_of(const store::JobRow& job) {
    return make_status(make_run(), job, "https://ci.example");
}

}  // namespace

TEST(Status, NamesWorkflowJobAndEvent) {
    const auto status = status_of(make_job(JobState::running));

    EXPECT_EQ(status.context, "triphammer/CI/build (push)");
    EXPECT_EQ(status.sha, "abc");
    EXPECT_EQ(status.state, "pending");
    EXPECT_EQ(status.description, "running");
    EXPECT_EQ(status.target_url, "https://ci.example/runs/12/jobs/34");
    EXPECT_EQ(make_status(make_run(), make_job(JobState::running), "").target_url, "");
}

TEST(Status, TellsTheCommitsFailureFromTheServers) {
    const auto failed =
        status_of(make_job(JobState::failed, Cause::exit, "step 'test' ended with 1"));
    const auto lost = status_of(make_job(JobState::failed, Cause::lost_runner));
    const auto late = status_of(make_job(JobState::timed_out, Cause::timeout));
    const auto cancelled = status_of(make_job(JobState::cancelled, Cause::none, "by ann"));

    EXPECT_EQ(failed.state, "failure");
    EXPECT_EQ(failed.description, "a step failed: step 'test' ended with 1");
    EXPECT_EQ(lost.state, "error");
    EXPECT_EQ(lost.description, "the runner was lost");
    EXPECT_EQ(late.state, "failure");
    EXPECT_EQ(cancelled.state, "error");
    EXPECT_EQ(cancelled.description, "cancelled: by ann");
}

TEST(Status, SaysHowLongASuccessTookAndWhyAJobWasSkipped) {
    auto job = make_job(JobState::succeeded);
    job.started_at = from_unix_ms(0);
    job.finished_at = from_unix_ms(64'000);

    EXPECT_EQ(status_of(job).description, "succeeded in 1 min 4 s");
    EXPECT_EQ(status_of(job).state, "success");
    const auto skipped = status_of(make_job(JobState::skipped, Cause::none, "its 'if' is false"));
    EXPECT_EQ(skipped.state, "success");
    EXPECT_EQ(skipped.description, "skipped: its 'if' is false");
    EXPECT_EQ(describe_duration(59'999ms), "59 s");
    EXPECT_EQ(describe_duration(2h + 61s), "2 h 1 min");
}

TEST(Status, FitsIntoTheForgesLimitsWithoutCuttingACharacter) {
    std::string reason;
    for (int i = 0; i < 100; ++i) reason += "\u00e4";
    const auto status = status_of(make_job(JobState::failed, Cause::exit, reason));

    EXPECT_LE(status.description.size(), 140U);
    EXPECT_TRUE(status.description.ends_with("\u00e4..."));
}

TEST(Status, LinksAnUnreadableWorkflowToItsLine) {
    auto run = make_run();
    run.cause = Cause::invalid;
    run.problems_json = R"([{"line":3,"column":5,"message":"unknown key 'job'"}])";

    const auto status = make_status(run, "https://ci.example");

    EXPECT_EQ(status.context, "triphammer/CI (push)");
    EXPECT_EQ(status.state, "failure");
    EXPECT_EQ(status.description, ".triphammer/ci.yml:3:5: unknown key 'job'");
    EXPECT_EQ(status.target_url, "https://ci.example/runs/12");
}
