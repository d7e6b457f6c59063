#include "runner/real_runner.hpp"

#include <algorithm>

namespace triphammer::runner {
namespace {

using model::Cause;
using model::JobState;
using model::StepState;
using testing::a_job;
using testing::a_step;

class StepCommands : public testing::RealRunner {};

std::string summary_of(const std::vector<protocol::Record>& records, int step) {
    std::string out;
    for (const auto& record : records) {
        const auto* part = std::get_if<protocol::Summary>(&record);
        if (part != nullptr && part->number == step) out += part->text;
    }
    return out;
}

TEST_F(StepCommands, KeepsSummariesWholeAndMasked) {
    auto document = a_job(
        {a_step("echo '### Hello' >> $GITHUB_STEP_SUMMARY; echo $TOKEN >> $GITHUB_STEP_SUMMARY"),
         a_step("head -c 1000000 /dev/zero | tr '\\0' a > $GITHUB_STEP_SUMMARY"),
         a_step("printf '\\377\\376' > $GITHUB_STEP_SUMMARY"),
         a_step("head -c 1048577 /dev/zero > $GITHUB_STEP_SUMMARY"),
         a_step("rm $GITHUB_STEP_SUMMARY")}
    );
    document.secrets.push_back({"TOKEN", Secret{"s3cret-value"}});
    document.job.env = {{"TOKEN", {"${{ secrets.TOKEN }}", {}}}};
    start(document);

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::succeeded);
    EXPECT_EQ(summary_of(daemon_->records(), 1), "### Hello\n***\n");
    EXPECT_EQ(summary_of(daemon_->records(), 2), std::string(1'000'000, 'a'));
    EXPECT_EQ(summary_of(daemon_->records(), 3), "\xef\xbf\xbd\xef\xbf\xbd");
    EXPECT_EQ(summary_of(daemon_->records(), 4), "");
    ASSERT_EQ(daemon_->step_end(4).annotations.size(), 1U);
    EXPECT_EQ(
        daemon_->step_end(4).annotations[0].message,
        "GITHUB_STEP_SUMMARY is not kept: the file is larger than 1 MiB"
    );
    EXPECT_EQ(summary_of(daemon_->records(), 5), "");
}

TEST_F(StepCommands, LetsMatchersOfOneStepLookAtTheNext) {
    const auto* definition =
        R"({"problemMatcher": [{"owner": "x", "pattern": [{"regexp": "^bad (.+):(\\d+)$",)"
        R"( "message": 1, "line": 2}]}]})";
    start(a_job(
        {a_step(
             std::string{"echo '"} + definition +
             "' > m.json; ln -s /etc/passwd link.json; echo ::add-matcher::m.json; echo "
             "::add-matcher::link.json; echo ::add-matcher::/etc/passwd"
         ),
         a_step("echo bad thing:7")}
    ));

    finish();

    EXPECT_NE(daemon_->log(1).find("add-matcher: link.json: "), std::string::npos);
    EXPECT_NE(daemon_->log(1).find("is in none of the job's folders"), std::string::npos);
    ASSERT_EQ(daemon_->step_end(2).annotations.size(), 1U);
    EXPECT_EQ(daemon_->step_end(2).annotations[0].message, "thing");
    EXPECT_EQ(daemon_->step_end(2).annotations[0].line, 7);
    EXPECT_EQ(daemon_->log(2), "bad thing:7\n");
}

TEST_F(StepCommands, NamesActionsAndStepsAsGitHubDoes) {
    auto named = a_step("echo $GITHUB_ACTION ${{ github.action }}");
    named.id = "named";
    start(a_job(
        {a_step("echo $GITHUB_ACTION; [ $GITHUB_ENV = ${{ github.env }} ] && echo same"),
         named,
         a_step("echo $GITHUB_ACTION ${{ github.action }}")}
    ));

    finish();

    EXPECT_EQ(daemon_->log(1), "__run\nsame\n");
    EXPECT_EQ(daemon_->log(2), "named named\n");
    EXPECT_EQ(daemon_->log(3), "__run_2 __run_2\n");
    EXPECT_NE(daemon_->log(0).find("GITHUB_TOKEN: none"), std::string::npos);
}

TEST_F(StepCommands, SaysWhichShellOrFolderIsMissing) {
    auto folder = a_step("true");
    folder.working_directory.text = "nowhere";
    auto shell = a_step("true");
    shell.shell.text = "no-such-shell {0}";
    shell.condition.text = "always()";
    start(a_job({folder, shell}));

    const auto end = finish();

    EXPECT_EQ(end.cause, Cause::invalid);
    EXPECT_NE(end.reason.find("nowhere: No such file or directory"), std::string::npos)
        << end.reason;
    EXPECT_NE(daemon_->step_end(2).reason.find("no-such-shell"), std::string::npos);
}

TEST_F(StepCommands, RunsEveryShellWithItsFlags) {
    const auto with = [](const char* shell, const std::string& run) {
        auto step = a_step(run);
        step.shell.text = shell;
        step.continue_on_error.text = "true";
        return step;
    };
    start(a_job(
        {with("", "false | true; echo no pipefail"),
         with("bash", "false | true; echo never"),
         with("sh", "false; echo never"),
         with("python", "print('from python')"),
         with("bash -u {0}", "false; echo still here; echo $UNSET_VARIABLE"),
         with("perl -w {0}", "print 'perl'")}
    ));

    finish();

    EXPECT_EQ(daemon_->log(1), "no pipefail\n");
    EXPECT_EQ(daemon_->step_end(2).exit_status, 1);
    EXPECT_EQ(daemon_->step_end(3).exit_status, 1);
    EXPECT_EQ(daemon_->log(4), "from python\n");
    EXPECT_NE(daemon_->log(5).find("still here\n"), std::string::npos);
    EXPECT_EQ(daemon_->step_end(5).exit_status, 1);
}

TEST_F(StepCommands, TakesFractionsOfMinutesFromExpressions) {
    auto step = a_step("sleep 60");
    step.timeout_minutes.text = "${{ fromJSON('0.005') }}";
    start(a_job({step}));

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_EQ(end.cause, Cause::timeout);
    EXPECT_EQ(daemon_->step_end(1).state, StepState::timed_out);
}

TEST_F(StepCommands, EndsAJobAtTheLimitThatItNames) {
    auto document = a_job({a_step("sleep 60")});
    document.job.timeout_minutes.text = "${{ 0.005 }}";
    start(document);

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::timed_out);
    EXPECT_EQ(end.cause, Cause::timeout);
    EXPECT_EQ(end.reason, "the job's time limit of 300 ms is over");
}

TEST_F(StepCommands, RefusesATimeLimitThatIsNone) {
    auto document = a_job({a_step("true")});
    document.job.timeout_minutes.text = "soon";
    start(document);

    EXPECT_EQ(finish().reason, "timeout-minutes: 'soon' is no usable number of minutes");
}

TEST_F(StepCommands, TellsTheExitStatusOfWhatFailed) {
    start(a_job({a_step("exit 75"), a_step("exit 3")}));

    EXPECT_EQ(finish().exit_status, 75);
}

TEST_F(StepCommands, TellsASignalFromAnExit) {
    start(a_job({a_step("kill -SEGV $$")}));

    const auto end = finish();

    EXPECT_EQ(end.cause, Cause::signal);
    EXPECT_EQ(end.exit_status, std::nullopt);
}

TEST_F(StepCommands, KeepsFiftyAnnotationsOfAJobAndSaysHowManyMore) {
    const auto nine = a_step("for i in $(seq 9); do echo \"::error::of $i\"; done");
    start(a_job({nine, nine, nine, nine, nine, nine, nine}));

    finish();

    EXPECT_EQ(daemon_->step_end(5).annotations.size(), 9U);
    EXPECT_EQ(daemon_->log(5).find("beyond the limits"), std::string::npos);
    EXPECT_EQ(daemon_->step_end(6).annotations.size(), 5U);
    EXPECT_NE(daemon_->log(6).find("4 annotations are beyond the limits"), std::string::npos);
    EXPECT_TRUE(daemon_->step_end(7).annotations.empty());
}

}  // namespace
}  // namespace triphammer::runner
