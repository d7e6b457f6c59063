#include "runner/host/resource_watch.hpp"

#include "runner/real_runner.hpp"

#include <sched.h>

namespace triphammer::runner {
namespace {

using model::Cause;
using model::JobState;
using testing::a_job;
using testing::a_step;

class ResourceWatch : public testing::RealRunner {
  protected:
    model::JobDocument a_job_that(const std::string& does) {
        auto after = a_step("echo still cleaned");
        after.condition.text = "always()";
        return a_job({a_step(does), after});
    }
};

TEST_F(ResourceWatch, EndsAJobThatTakesTooMuchMemory) {
    auto document = a_job_that("exec python3 -c 'x = b\"x\" * (300 << 20); input()' < /dev/zero");
    document.job.resources.memory.text = "100m";
    start(document);

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_EQ(end.cause, Cause::oom);
    EXPECT_NE(end.reason.find("more memory than the job may use"), std::string::npos);
    EXPECT_EQ(daemon_->step_end(1).state, model::StepState::failed);
    EXPECT_EQ(daemon_->log(2), "still cleaned\n");
    EXPECT_NE(daemon_->log(0).find("limits: memory 100 MiB"), std::string::npos);
}

TEST_F(ResourceWatch, EndsAJobThatFillsTheDisk) {
    auto document = a_job_that("head -c 20000000 /dev/zero > big; sleep 60");
    document.job.resources.disk.text = "10m";
    start(document);

    EXPECT_EQ(finish().cause, Cause::disk_full);
}

TEST(MeasureFolders, CountsWhatTheJobHasWrittenAndNotWhatLiesUnderIt) {
    const triphammer::testing::TempDir folder;
    const auto fill = [&](const char* name) {
        const auto made = folder / name;
        std::filesystem::create_directories(made);
        replace_file(made / "file", std::string(1U << 20U, 'x')).value();
        return made.string();
    };
    JobFolders folders;
    folders.workspace.outside = fill("work");
    for (auto* empty : {&folders.temp, &folders.home, &folders.tmp}) empty->outside = folder / "no";

    EXPECT_GE(measure_folders(folders), 1U << 20U);
    folders.underlay = Underlay{folder / "disk", folder / "upper", folder / "kept", ""};
    EXPECT_EQ(measure_folders(folders), 0U);
    folders.underlay->upper = fill("upper");
    EXPECT_GE(measure_folders(folders), 1U << 20U);
}

TEST_F(ResourceWatch, EndsAJobOfTooManyProcesses) {
    auto document = a_job_that("for i in $(seq 30); do sleep 60 & done; wait");
    document.job.resources.pids.text = "20";
    start(document);

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::failed);
    EXPECT_NE(end.reason.find("more processes and threads"), std::string::npos);
}

TEST_F(ResourceWatch, EndsAJobOfTooManyThreads) {
    auto document = a_job_that(
        "python3 -c 'import threading, time\n"
        "for i in range(30): threading.Thread(target=time.sleep, args=(60,)).start()'"
    );
    document.job.resources.pids.text = "20";
    start(document);

    EXPECT_NE(finish().reason.find("more processes and threads"), std::string::npos);
}

TEST_F(ResourceWatch, EndsAForkBombOfAJobWithoutLimits) {
    const auto many = std::to_string(usual_pids() + 200);
    start(a_job_that("for i in $(seq " + many + "); do sleep 60 & done; wait"));

    const auto end = finish();

    EXPECT_EQ(end.cause, Cause::signal);
    EXPECT_NE(end.reason.find("more processes and threads"), std::string::npos);
    EXPECT_EQ(daemon_->log(2), "still cleaned\n");
}

TEST_F(ResourceWatch, LeavesAModestJobAlone) {
    auto document = a_job_that("sleep 1.2; nproc");
    document.job.resources.cpu.text = "0.5";
    document.job.resources.memory.text = "500m";
    document.job.resources.disk.text = "500m";
    document.job.resources.pids.text = "100";
    start(document);

    const auto end = finish();

    EXPECT_EQ(end.state, JobState::succeeded) << end.reason;
    EXPECT_EQ(daemon_->log(1), "1\n");
}

}  // namespace
}  // namespace triphammer::runner
