#include "base/deadline.hpp"
#include "base/file.hpp"
#include "base/task_group.hpp"
#include "engine/real_engine.hpp"
#include "engine/recording_session.hpp"
#include "model/engine_labels.hpp"
#include "runner/container/executor.hpp"

#include <boost/asio/this_coro.hpp>

#include <fstream>

using namespace triphammer;
using namespace triphammer::runner;
using execution::EndCause;
using triphammer::testing::must;
using triphammer::testing::RecordingSession;
using triphammer::testing::setting;

namespace {

class Output final : public execution::OutputSink {
  public:
    Task<Result<>> write(std::string_view bytes) override {
        text += bytes;
        if (on_text) on_text();
        co_return Result<>{};
    }

    std::string text;
    std::function<void()> on_text;
};

/// A job container with its session, prepared for steps.
class JobContainer {
  public:
    explicit JobContainer(Executor executor) : session{std::move(executor)} {
        session.document_.executor = {"docker", "triphammer/busybox", setting("DOCKER_HOST"), ""};
        executor_ = make_container_executor(session);
    }

    Task<> prepare() {
        auto preparing = must(executor_->prepare());
        co_await std::move(preparing);
    }

    Task<execution::ProcessEnd> run(std::string script, execution::ProcessLimits limits = {}) {
        StepCommand command;
        command.arguments = {"sh", "-c", std::move(script)};
        command.environment = executor_->base_environment();
        command.environment.push_back("GITHUB_OUTPUT=/__w/_temp/output");
        command.directory = executor_->folders().workspace.inside;
        auto running = must(executor_->run_step(std::move(command), limits, output, session.stop_));
        co_return co_await std::move(running);
    }

    Task<> cleanup() { return executor_->cleanup(); }

    StepExecutor& executor() { return *executor_; }

    RecordingSession session;
    Output output;

  private:
    std::unique_ptr<StepExecutor> executor_;
};

/// Runs `body` in a prepared container, which is gone afterwards.
void with_container(const std::function<Task<>(JobContainer&)>& body) {
    struct Steps {
        static Task<> run(Executor executor, std::function<Task<>(JobContainer&)> body) {
            JobContainer container{executor};
            auto preparing = container.prepare();
            co_await std::move(preparing);
            auto work = body(container);
            co_await std::move(work);
            auto cleaning = container.cleanup();
            co_await std::move(cleaning);
        }
    };

    triphammer::testing::run_until_done([&](Executor executor) {
        return Steps::run(std::move(executor), body);
    });
}

Task<> keep_state(JobContainer& container) {
    auto first = container.run("echo installed > /usr/bin/tool; echo one; echo two >&2");
    EXPECT_TRUE((co_await std::move(first)).status.ok());
    auto second = container.run("cat /usr/bin/tool; exit 3");
    const auto end = co_await std::move(second);
    EXPECT_EQ(end.cause, EndCause::exited);
    EXPECT_EQ(end.status.code, 3);
    EXPECT_EQ(container.output.text, "one\ntwo\ninstalled\n");
}

Task<> carry_files(JobContainer& container) {
    const auto& folder = container.session.folder_;
    std::ofstream{folder / "workspace" / "source.txt"} << "from outside";
    std::ofstream{folder / "temp" / "output"} << "";
    auto first =
        container.run("cat source.txt; echo changed > source.txt; echo a=1 > $GITHUB_OUTPUT");
    co_await std::move(first);
    std::ofstream{folder / "workspace" / "later.txt"} << "later";
    auto second = container.run("cat source.txt later.txt");
    co_await std::move(second);
    EXPECT_EQ(container.output.text, "from outsidechanged\nlater");
    EXPECT_EQ(read_file(folder / "temp" / "output", 1000).value(), "a=1\n");
}

Task<> leave_something(JobContainer& container) {
    auto hide = container.run("sleep 1000 & echo $! > /tmp/left; echo started");
    co_await std::move(hide);
    auto flood = container.run("yes &");
    co_await std::move(flood);
    container.output.text.clear();
    auto look = container.run("ps | grep -c '[s]leep 1000'; kill -9 $(cat /tmp/left)");
    co_await std::move(look);
    auto again = container.run("ps | grep -c '[s]leep 1000'");
    co_await std::move(again);
    EXPECT_EQ(container.output.text, "1\n0\n");
}

Task<> end_with_everything(JobContainer& container) {
    execution::ProcessLimits limits;
    limits.deadline = std::chrono::milliseconds{200};
    limits.grace = std::chrono::milliseconds{200};
    auto first = container.run("sleep 1000 & echo");
    co_await std::move(first);
    auto running = container.run(
        "(setsid sh -c 'trap \"\" TERM; exec >/dev/null 2>&1 </dev/null; sleep 1000' &) ; "
        "sleep 1000",
        limits
    );
    const auto end = co_await std::move(running);
    EXPECT_EQ(end.cause, EndCause::timed_out);
    auto look = container.run("ps | grep -c '[s]leep 1000'");
    co_await std::move(look);
    EXPECT_EQ(container.output.text, "\n0\n");
}

Task<> pass_the_deadline(JobContainer& container) {
    execution::ProcessLimits limits;
    limits.deadline = std::chrono::milliseconds{200};
    limits.grace = std::chrono::milliseconds{200};
    auto running = container.run("trap '' TERM; while :; do sleep 1; done", limits);
    const auto end = co_await std::move(running);
    EXPECT_EQ(end.cause, EndCause::timed_out);
    EXPECT_EQ(end.status.signal, 9);
}

Task<> cancel(JobContainer& container) {
    auto& stop = container.session.stop_;
    container.output.on_text = [&stop] {
        stop.request("somebody asked", std::chrono::milliseconds{5000});
    };
    auto running =
        container.run("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.1; done");
    const auto end = co_await std::move(running);
    EXPECT_EQ(end.cause, EndCause::cancelled);
    EXPECT_TRUE(container.output.text.ends_with("bye\n")) << container.output.text;
}

Task<> pass_much_output(JobContainer& container) {
    auto running = container.run("yes 0123456789abcdef | head -c 17000000");
    co_await std::move(running);
    EXPECT_EQ(container.output.text.size(), 17'000'000U);
}

/// One of two that run beside each other.
Task<> run_beside(
    JobContainer& container,
    std::string script,
    execution::StopToken& stop,
    Output& output,
    Result<execution::ProcessEnd>& end
) {
    StepCommand command;
    command.arguments = {"sh", "-c", std::move(script)};
    command.environment = container.executor().base_environment();
    command.directory = container.executor().folders().workspace.inside;
    auto running = container.executor().run_step(std::move(command), {}, output, stop);
    end = co_await std::move(running);
}

/// The first waits for what the second does, which leaves processes of its own behind.
Task<> run_together(JobContainer& container) {
    TaskGroup steps{co_await boost::asio::this_coro::executor, nullptr};
    Output first;
    Output second;
    Result<execution::ProcessEnd> first_end;
    Result<execution::ProcessEnd> second_end;
    auto& stop = container.session.stop_;
    const char* waits =
        "until [ -e /tmp/met ]; do sleep 0.02; done; sleep 0.1; ps | grep -c '[s]leep 1234'";
    const char* leaves = "(setsid sleep 1234 &); sleep 1234 & echo second; touch /tmp/met; exit 3";
    steps.spawn("first", run_beside(container, waits, stop, first, first_end));
    steps.spawn("second", run_beside(container, leaves, stop, second, second_end));
    auto joining = steps.join();
    co_await std::move(joining);
    EXPECT_EQ(first.text, "2\n");
    EXPECT_EQ(second.text, "second\n");
    EXPECT_EQ(second_end->status.code, 3);
}

/// A signal for one of two is none for the other; KILL reaches what hides in a session of its own.
Task<> cancel_one_of_two(JobContainer& container) {
    const auto executor = co_await boost::asio::this_coro::executor;
    TaskGroup steps{executor, nullptr};
    execution::StopToken stop{executor};
    Output kept;
    Output stopped;
    Result<execution::ProcessEnd> kept_end;
    Result<execution::ProcessEnd> stopped_end;
    stopped.on_text = [&stop] { stop.request("a later step", std::chrono::milliseconds{100}); };
    const char* stays =
        "trap 'echo got' TERM; until [ -e /tmp/over ]; do sleep 0.02; done; ps | grep -c '[s]leep "
        "4321'";
    const char* defies =
        "trap '' TERM; setsid sh -c 'trap \"\" TERM; sleep 4321; sleep 4321' & echo up; wait; "
        "sleep 4321";
    steps.spawn("kept", run_beside(container, stays, container.session.stop_, kept, kept_end));
    auto defying = run_beside(container, defies, stop, stopped, stopped_end);
    co_await std::move(defying);
    auto releasing = container.run("touch /tmp/over");
    co_await std::move(releasing);
    auto joining = steps.join();
    co_await std::move(joining);
    EXPECT_EQ(stopped_end->cause, EndCause::cancelled);
    EXPECT_EQ(stopped_end->status.signal, 9);
    EXPECT_EQ(kept.text, "0\n");
    EXPECT_TRUE(kept_end->status.code == 1) << kept_end->status.code;  // grep's, of no match
}

/// Only the five command files come back, whatever a variable names.
Task<> keep_other_files(JobContainer& container) {
    StepCommand command;
    command.arguments = {"sh", "-c", "rm $GITHUB_ENV; ln -s /etc/passwd $GITHUB_ENV"};
    command.environment = container.executor().base_environment();
    command.environment.push_back("GITHUB_ENV=/__w/_temp/env");
    command.environment.push_back("GITHUB_OTHER=/__w/_temp/../../etc/passwd");
    command.directory = "/";
    auto running = container.executor().run_step(
        std::move(command), {}, container.output, container.session.stop_
    );
    const auto failed = co_await std::move(running);
    EXPECT_EQ(failed.error().code, Code::invalid);
    EXPECT_NE(failed.error().message.find("replaced"), std::string::npos);
}

Task<> name_missing_programs(JobContainer& container) {
    StepCommand command;
    command.arguments = {"no-such-program"};
    command.environment = container.executor().base_environment();
    command.directory = "/";
    auto running = container.executor().run_step(
        std::move(command), {}, container.output, container.session.stop_
    );
    const auto failed = co_await std::move(running);
    EXPECT_EQ(failed.error().code, Code::invalid);
    EXPECT_NE(failed.error().message.find("no-such-program"), std::string::npos);
    auto after = container.run("echo still there");
    co_await std::move(after);
    EXPECT_EQ(container.output.text, "still there\n");
}

/// The connection closes as it does when the runner is killed; the container's exit status.
Task<int> lose_the_runner(Executor executor) {
    auto container = std::make_unique<JobContainer>(executor);
    auto preparing = container->prepare();
    co_await std::move(preparing);
    container.reset();
    auto connecting = must(docker::Engine::connect(setting("DOCKER_HOST")));
    auto engine = co_await std::move(connecting);
    auto waiting = must(engine->wait_container("th-test-ser-7-1"));
    const auto status = co_await std::move(waiting);
    auto removing = must(engine->remove_container("th-test-ser-7-1"));
    co_await std::move(removing);
    auto network = must(engine->remove_network("th-test-ser-7-1"));
    co_await std::move(network);
    co_return status;
}

Task<std::size_t> count_ours() {
    auto connecting = must(docker::Engine::connect(setting("DOCKER_HOST")));
    auto engine = co_await std::move(connecting);
    docker::Labels ours{{model::kServerLabel, "test-server"}};
    auto containers = must(engine->list_containers(ours));
    auto networks = must(engine->list_networks(ours));
    const auto count = (co_await std::move(containers)).size();
    co_return count + (co_await std::move(networks)).size();
}

}  // namespace

TEST(ContainerSteps, KeepWhatAnEarlierStepInstalled) {
    with_container(keep_state);
}

TEST(ContainerSteps, SeeTheWorkspaceAndGiveCommandFilesBack) {
    with_container(carry_files);
}

TEST(ContainerSteps, LeaveTheNextOnesWhatTheyStarted) {
    with_container(leave_something);
}

TEST(ContainerSteps, LeaveNothingWhenTheyAreEnded) {
    with_container(end_with_everything);
}

TEST(ContainerSteps, AreKilledAfterTheirDeadlineAndGrace) {
    with_container(pass_the_deadline);
}

TEST(ContainerSteps, MayTidyUpWhenTheyAreCancelled) {
    with_container(cancel);
}

TEST(ContainerSteps, LoseNoOutput) {
    with_container(pass_much_output);
}

TEST(ContainerSteps, RunBesideEachOtherAndEndEachForItself) {
    with_container(run_together);
}

TEST(ContainerSteps, AreCancelledWithoutTheirNeighbour) {
    with_container(cancel_one_of_two);
}

TEST(ContainerSteps, GiveBackNothingButTheirCommandFiles) {
    with_container(keep_other_files);
}

TEST(ContainerSteps, SayWhichProgramIsMissing) {
    with_container(name_missing_programs);
}

TEST(ContainerSteps, LeaveNoObjectOnTheEngine) {
    with_container(keep_state);

    const auto left =
        triphammer::testing::run_task<std::size_t>([](Executor) { return count_ours(); });

    EXPECT_EQ(left, 0U);
}

TEST(ContainerSteps, DieWithTheirRunner) {
    const auto exit_status = triphammer::testing::run_task<int>(lose_the_runner);

    EXPECT_EQ(exit_status, 0);
}

TEST(ContainerSteps, SayThatTheImageIsNowhere) {
    const auto prepare = [](Executor executor) -> Task<Result<>> {
        JobContainer container{executor};
        container.session.document_.executor.image = setting("REGISTRY") + "/no/such:image";
        auto preparing = container.executor().prepare();
        auto prepared = co_await std::move(preparing);
        auto cleaning = container.cleanup();
        co_await std::move(cleaning);
        co_return prepared;
    };
    const auto prepared = triphammer::testing::run_task<Result<>>(prepare);

    ASSERT_FALSE(prepared);
    EXPECT_NE(prepared.error().message.find("/no/such:image"), std::string::npos)
        << prepared.error().message;
}
