#include "engine/service_job.hpp"

#include <fstream>

using namespace triphammer;
using namespace triphammer::runner;
using triphammer::testing::Job;
using triphammer::testing::must;
using triphammer::testing::Output;
using triphammer::testing::prepare;
using triphammer::testing::with_job;

namespace {

Task<> be_another_user(Job& job) {
    model::Container steps;
    steps.image.text = "triphammer/busybox";
    steps.options.text = "--user www-data --group-add 4242";
    steps.env = {{"FROM_FILE", {"here", {}}}};
    job.session.document_.job.container = steps;
    std::ofstream{job.session.folder_ / "workspace" / "source.txt"} << "text";
    auto up = prepare(job);
    co_await std::move(up);
    auto asking =
        job.run("id -u; id -G; echo more >> source.txt && cat source.txt; echo $FROM_FILE");
    EXPECT_EQ(co_await std::move(asking), "33\n33 4242\ntextmore\nhere\n");
}

Task<> run_out_of_memory(Job& job) {
    job.session.document_.job.resources.memory.text = "32m";
    auto up = prepare(job);
    co_await std::move(up);
    StepCommand command;
    command.arguments = {"sh", "-c", "tail /dev/zero"};
    command.environment = job.executor().base_environment();
    command.directory = "/";
    Output output;
    auto running = must(job.executor().run_step(std::move(command), {}, output, job.session.stop_));
    const auto end = co_await std::move(running);
    EXPECT_EQ(end.cause, execution::EndCause::oom);
}

}  // namespace

TEST(JobContainer, RunsStepsAsTheUserThatItsOptionsName) {
    with_job(true, be_another_user);
}

TEST(JobContainer, TellsThatItsMemoryRanOut) {
    with_job(true, run_out_of_memory);
}
