#include "runner/real_runner.hpp"

#include <nlohmann/json.hpp>

#include <signal.h>
#include <unistd.h>

namespace triphammer::runner {
namespace {

using model::Cause;
using model::JobState;
using model::StepState;
using testing::a_job;
using testing::a_step;
using triphammer::testing::TempDir;

namespace fs = std::filesystem;

class Runner : public testing::RealRunner {};

TEST_F(Runner, RunsStepsAndReportsThem) {
    start(a_job({a_step("echo hello; echo there >&2"), a_step("exit 3"), a_step("echo never")}));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_EQ(end.cause, Cause::exit);
    EXPECT_EQ(daemon_->log(1), "hello\nthere\n");
    EXPECT_NE(
        daemon_->log(0).find("runs-on 'host': this job runs in a sandbox"), std::string::npos
    );
    EXPECT_EQ(daemon_->step_end(1).exit_status, 0);
    EXPECT_EQ(daemon_->step_end(2).exit_status, 3);
    EXPECT_EQ(daemon_->step_end(3).state, StepState::skipped);
    EXPECT_EQ(daemon_->log(3), "");
}

TEST_F(Runner, CarriesValuesFromStepToStep) {
    auto first = a_step(
        "echo tag=v1 >> $GITHUB_OUTPUT; echo ::set-output name=old::way\n"
        "echo COLOUR=blue >> $GITHUB_ENV; mkdir -p $HOME/tools; echo $HOME/tools >> $GITHUB_PATH\n"
        "printf '#!/bin/sh\\necho tool runs\\n' > $HOME/tools/mytool; chmod +x $HOME/tools/mytool\n"
        "echo kept > /tmp/kept; echo GITHUB_SHA=no >> $GITHUB_ENV"
    );
    first.id = "first";
    auto second = a_step(
        "mytool; cat /tmp/kept; echo $COLOUR $SIZE $LEVEL $GITHUB_SHA $CI $PWD; "
        "cat $GITHUB_EVENT_PATH; echo \" ${{ steps.first.outputs.tag }}\""
    );
    second.env = {{"SIZE", {"${{ env.COLOUR }}-${{ steps.first.outputs.old }}", {}}}};
    auto document = a_job({first, second});
    document.workflow_env = {{"LEVEL", {"workflow", {}}}, {"COLOUR", {"red", {}}}};
    document.job.env = {{"LEVEL", {"job", {}}}};
    document.job.outputs = {{"version", {"${{ steps.first.outputs.tag }}", {}}}};
    start(document);

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::succeeded);
    EXPECT_EQ(
        daemon_->log(2),
        "tool runs\nkept\nblue blue-way job abc true /home/runner/workspace\n{\"x\":1} v1\n"
    );
    EXPECT_NE(daemon_->log(1).find("##[warning]GITHUB_SHA cannot be set"), std::string::npos);
    EXPECT_EQ(end.outputs.at("version"), "v1");
}

TEST_F(Runner, ObeysConditionsAndContinueOnError) {
    auto forgiven = a_step("exit 1");
    forgiven.id = "bad";
    forgiven.continue_on_error.text = "true";
    auto told =
        a_step("echo ${{ steps.bad.outcome }} ${{ steps.bad.conclusion }} ${{ job.status }}");
    auto left_out = a_step("echo no");
    left_out.condition.text = "failure()";
    auto broken = a_step("exit 2");
    auto after = a_step("echo after ${{ job.status }}");
    after.condition.text = "always()";
    start(a_job({forgiven, told, left_out, broken, after}));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_EQ(daemon_->log(2), "failure success success\n");
    EXPECT_EQ(daemon_->step_end(3).state, StepState::skipped);
    EXPECT_EQ(daemon_->log(5), "after failure\n");
}

TEST_F(Runner, MasksSecretsAndKeepsThemOutOfOutputs) {
    auto step = a_step(
        "echo $TOKEN; printf hun; sleep 0.05; printf 'ter22\\n'; echo -n $TOKEN | base64\n"
        "echo leak=$TOKEN >> $GITHUB_OUTPUT; echo ::add-mask::later; echo later"
    );
    step.id = "one";
    step.env = {{"TOKEN", {"${{ secrets.TOKEN }}", {}}}};
    auto document = a_job({step});
    document.job.outputs = {{"leak", {"${{ steps.one.outputs.leak }}", {}}}};
    document.secrets.push_back({"TOKEN", Secret{"hunter22"}});
    start(document);

    const auto end = finish();

    EXPECT_EQ(daemon_->log(1), "***\n***\n***\n***\n");
    EXPECT_TRUE(end.outputs.empty());
    EXPECT_EQ(end.reason, "left out, for they hold a secret: the outputs leak");
}

TEST_F(Runner, StopsOnCancelAndStillRunsWhatAlwaysRuns) {
    auto long_step = a_step("trap '' TERM; echo begun; while :; do sleep 0.05; done");
    auto after = a_step("echo cleaning ${{ job.status }}");
    after.condition.text = "always()";
    start(a_job({long_step, a_step("echo no"), after}));
    daemon_->wait_for_log(1, "begun");

    protocol::Cancel cancel;
    cancel.why = "superseded";
    cancel.grace_ms = 50;
    daemon_->cancel(cancel);
    const auto end = finish();

    EXPECT_EQ(end.state, JobState::cancelled);
    EXPECT_EQ(daemon_->step_end(1).state, StepState::cancelled);
    EXPECT_EQ(daemon_->step_end(2).state, StepState::skipped);
    EXPECT_EQ(daemon_->log(3), "cleaning cancelled\n");
    EXPECT_NE(daemon_->log(1).find("##[error]stopped: superseded"), std::string::npos);
}

TEST_F(Runner, EndsAStepAtItsTimeLimit) {
    auto step = a_step("sleep 1000");
    step.timeout_minutes.text = "${{ 0.001 }}";
    start(a_job({step}));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_EQ(end.cause, Cause::timeout);
    EXPECT_EQ(daemon_->step_end(1).state, StepState::timed_out);
}

TEST_F(Runner, EndsAJobAtItsTimeLimit) {
    auto document = a_job({a_step("sleep 1000")});
    document.timeout_seconds = 0;
    start(document);

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::timed_out);
    EXPECT_EQ(end.cause, Cause::timeout);
}

TEST_F(Runner, WorksOnWhileTheDaemonIsAway) {
    start(a_job({a_step(
        "touch waiting; echo begun; while [ -e waiting ]; do sleep 0.01; done\n"
        "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done | tee copy; touch done"
    )}));
    daemon_->wait_for_log(1, "begun");
    const auto work = run_.path() / "7" / "work";

    daemon_->go_away();
    fs::remove(work / "waiting");
    while (!fs::exists(work / "done")) ::usleep(1000);
    daemon_->come_back();
    const auto end = finish();

    EXPECT_EQ(end.state, JobState::succeeded);
    EXPECT_EQ(
        "begun\n" + *read_file(work / "copy", 1 << 20), "begun\n" + daemon_->log(1).substr(6)
    );
}

TEST_F(Runner, GoesWithItsTreeWhenItIsRefused) {
    start(a_job({a_step("echo begun; sleep 1000")}));
    daemon_->wait_for_log(1, "begun");

    daemon_->refuse();

    EXPECT_TRUE(child_.wait().ok());
    ended_ = true;
    EXPECT_FALSE(attempts_.is_alive(7));
}

TEST_F(Runner, TakesItsStepsAlongWhenItIsKilled) {
    start(a_job({a_step("echo begun; exec 1>&- 2>&-; (setsid sleep 1000 &) ; sleep 1000")}));
    daemon_->wait_for_log(1, "begun");
    const auto marker = (run_.path() / "7").string();

    kill_runner();

    EXPECT_FALSE(attempts_.is_alive(7));
    const auto lives = [&] {
        for (const auto& entry : fs::directory_iterator{"/proc"}) {
            auto text = read_file(entry.path() / "environ", 1 << 20);
            if (text && text->find(marker) != std::string::npos) return true;
        }
        return false;
    };
    while (lives()) ::usleep(1000);
}

TEST_F(Runner, ChecksOutTheCommit) {
    const TempDir repository;
    const auto git = "git -C " + repository.path().string() + " -c user.name=n -c user.email=e ";
    ASSERT_EQ(::system(("git init -q -b main " + repository.path().string()).c_str()), 0);
    ASSERT_TRUE(replace_file(repository / "a.txt", "content\n"));
    ASSERT_EQ(::system((git + "add . && " + git + "commit -qm one").c_str()), 0);
    ASSERT_EQ(::system((git + "rev-parse HEAD > " + (repository / "sha").string()).c_str()), 0);
    const auto sha = read_file(repository / "sha", 100)->substr(0, 40);
    auto checkout = a_step("");
    checkout.uses = "actions/checkout@v4";
    auto again = checkout;
    again.with = {{"path", {"sub/dir", {}}}};
    auto document = a_job(
        {checkout,
         a_step(
             "cat a.txt; git status --short; git log --oneline | wc -l; git branch --show-current"
         ),
         again,
         a_step("cat sub/dir/a.txt")}
    );
    document.source.sha = sha;
    start(document, repository.path());

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::succeeded) << daemon_->log(1);
    EXPECT_EQ(daemon_->log(2), "content\n1\nmain\n");
    EXPECT_EQ(daemon_->log(4), "content\n");
}

TEST_F(Runner, SaysWhenTheCommitHasVanished) {
    auto checkout = a_step("");
    checkout.uses = "actions/checkout@v4";
    start(a_job({checkout}));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_NE(end.reason.find("commit vanished"), std::string::npos);
}

}  // namespace
}  // namespace triphammer::runner
