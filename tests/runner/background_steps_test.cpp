#include "runner/real_runner.hpp"

namespace triphammer::runner {
namespace {

using model::Cause;
using model::JobState;
using model::StepState;
using testing::a_job;
using testing::a_step;

class BackgroundStep : public testing::RealRunner {};

model::Step beside(const std::string& id, const std::string& run) {
    auto step = a_step(run);
    step.id = id;
    step.background = true;
    return step;
}

model::Step wait_for(std::vector<std::string> ids) {
    model::Step step;
    step.wait = std::move(ids);
    return step;
}

model::Step wait_for_all() {
    model::Step step;
    step.wait_all = true;
    return step;
}

model::Step cancel(const std::string& id) {
    model::Step step;
    step.cancel = id;
    return step;
}

// Each waits for the other through a file: only together can they end.
constexpr const char* kMeet = "touch $HOME/$ME; until [ -e $HOME/$OTHER ]; do sleep 0.01; done; ";

model::Step meet(model::Step step, const char* me, const char* other) {
    step.run.text = kMeet + step.run.text;
    step.env = {{"ME", {me, {}}}, {"OTHER", {other, {}}}};
    return step;
}

TEST_F(BackgroundStep, RunsABackgroundStepBesideTheNextOnes) {
    start(a_job(
        {meet(beside("server", "echo served; echo port=80 >> $GITHUB_OUTPUT"), "a", "b"),
         meet(a_step("echo \"client [${{ steps.server.outputs.port }}]\""), "b", "a"),
         wait_for({"server"}),
         a_step("echo ${{ steps.server.outputs.port }} ${{ steps.server.conclusion }}")}
    ));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::succeeded) << end.reason;
    EXPECT_EQ(daemon_->log(1), "served\n");
    EXPECT_EQ(daemon_->log(2), "client []\n");
    EXPECT_EQ(daemon_->step_end(3).state, StepState::succeeded);
    EXPECT_EQ(daemon_->log(4), "80 success\n");
}

TEST_F(BackgroundStep, ShowsVariablesOfABackgroundStepFromTheWaitOn) {
    start(a_job(
        {beside(
             "one", "echo COLOUR=blue >> $GITHUB_ENV; mkdir $HOME/x; echo $HOME/x >> $GITHUB_PATH"
         ),
         wait_for_all(),
         a_step("echo $COLOUR; case $PATH in $HOME/x:*) echo first;; esac")}
    ));

    finish();

    EXPECT_EQ(daemon_->log(3), "blue\nfirst\n");
}

TEST_F(BackgroundStep, RunsTheStepsOfAGroupTogether) {
    model::Step group;
    group.parallel = {
        meet(a_step("echo one"), "a", "b"),
        meet(a_step("echo two"), "b", "a"),
    };
    start(a_job({group, a_step("echo after")}));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::succeeded) << end.reason;
    EXPECT_EQ(daemon_->log(1), "one\n");
    EXPECT_EQ(daemon_->log(2), "two\n");
    EXPECT_EQ(daemon_->step_end(3).state, StepState::succeeded);
    EXPECT_EQ(daemon_->log(4), "after\n");
}

TEST_F(BackgroundStep, FailsAtTheWaitForAStepThatFailed) {
    start(a_job(
        {beside("bad", "exit 75"), a_step("echo still"), wait_for({"bad"}), a_step("echo never")}
    ));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_EQ(end.cause, Cause::exit);
    EXPECT_EQ(end.exit_status, 75);
    EXPECT_EQ(daemon_->log(2), "still\n");
    EXPECT_EQ(daemon_->step_end(3).state, StepState::failed);
    EXPECT_EQ(daemon_->step_end(4).state, StepState::skipped);
}

TEST_F(BackgroundStep, ForgivesABackgroundStepOrAWaitThatMayFail) {
    auto bad = beside("bad", "exit 1");
    bad.continue_on_error.text = "true";
    auto wait = wait_for({"worse"});
    wait.continue_on_error.text = "true";
    start(a_job({bad, wait_for({"bad"}), beside("worse", "exit 1"), wait, a_step("echo on")}));

    EXPECT_EQ(finish().state, JobState::succeeded);
    EXPECT_EQ(daemon_->log(5), "on\n");
}

TEST_F(BackgroundStep, CancelsABackgroundStepWithItsTree) {
    start(a_job(
        {beside(
             "server",
             "trap 'echo told; exit 3' TERM; touch $HOME/up; setsid sleep 600 & while true; do "
             "sleep 0.01; done"
         ),
         a_step("until [ -e $HOME/up ]; do sleep 0.01; done"),
         cancel("server"),
         a_step("echo after; ps -e -o args= | grep -c '[s]leep 600' || true")}
    ));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::succeeded) << end.reason;
    EXPECT_NE(daemon_->log(1).find("told\n"), std::string::npos);
    EXPECT_EQ(daemon_->step_end(1).state, StepState::cancelled);
    EXPECT_EQ(daemon_->log(4), "after\n0\n");
}

TEST_F(BackgroundStep, WaitsAtTheEndForWhatNobodyWaitedFor) {
    start(a_job(
        {beside("late", "until [ -e $HOME/go ]; do sleep 0.01; done; exit 1"),
         a_step("touch $HOME/go")}
    ));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_EQ(daemon_->step_end(1).state, StepState::failed);
}

TEST_F(BackgroundStep, RunsNoMoreThanTenAtOnce) {
    std::vector<model::Step> steps;
    for (int i = 0; i < 12; ++i) {
        steps.push_back(beside(
            "s" + std::to_string(i),
            "mkdir -p $HOME/on; touch $HOME/on/" + std::to_string(i) +
                "; ls $HOME/on | wc -l; sleep 0.05; rm $HOME/on/" + std::to_string(i)
        ));
    }
    steps.push_back(wait_for_all());
    start(a_job(steps));

    EXPECT_EQ(finish().state, JobState::succeeded);
    for (int i = 1; i <= 12; ++i) EXPECT_LE(std::stoi(daemon_->log(i)), 10);
}

TEST_F(BackgroundStep, CancelsWhatRunsBesideWithTheJob) {
    auto clean = a_step("echo cleaned");
    clean.condition.text = "always()";
    start(a_job({beside("server", "echo up; sleep 600"), a_step("sleep 600"), wait_for_all(), clean}
    ));
    daemon_->wait_for_log(1, "up");

    protocol::Cancel cancel;
    cancel.why = "enough";
    cancel.grace_ms = 100;
    daemon_->cancel(cancel);
    const auto end = finish();

    EXPECT_EQ(end.state, JobState::cancelled);
    EXPECT_EQ(daemon_->step_end(1).state, StepState::cancelled);
    EXPECT_EQ(daemon_->log(4), "cleaned\n");
}

}  // namespace
}  // namespace triphammer::runner
