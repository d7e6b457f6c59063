#include "execution/process.hpp"

#include "base/file.hpp"
#include "execution/descendants.hpp"
#include "execution/sandbox.hpp"
#include "support/run_task.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace triphammer::execution {
namespace {

using std::chrono::milliseconds;
using testing::TempDir;

/// Forks twice, leaves session and pipe, ignores TERM: what a daemon of a step looks like.
constexpr const char* kEscapee = R"(
import os, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.closerange(0, 1024)
        open("alive", "w").write("yes")
        time.sleep(1000)
    os._exit(0)
while not os.path.exists("alive"):
    time.sleep(0.001)
)";

class Collect final : public OutputSink {
  public:
    Task<Result<>> write(std::string_view bytes) override {
        text += bytes;
        if (fail_after && text.size() >= *fail_after) co_return Error{Code::disk_full, "full"};
        if (stop != nullptr && text.find("ready") != std::string::npos) {
            stop->request("asked", grace);
        }
        co_return Result<>{};
    }

    std::string text;
    std::optional<std::size_t> fail_after;
    StopToken* stop = nullptr;  // asked as soon as the process says "ready"
    milliseconds grace{5'000};
};

struct Trial {
    std::string program = "/bin/sh";
    std::string flag = "-c";
    std::string script;
    ProcessLimits limits;
    bool stop_when_ready = false;
    bool sandboxed = false;
    Collect sink;
};

class Process : public ::testing::Test {
  protected:
    Process() { become_subreaper(); }

    Command command_of(const Trial& run) {
        Command command;
        command.arguments = {run.program, run.flag, run.script};
        command.environment = {"PATH=/usr/bin:/bin"};
        command.directory = work_.path();
        if (!run.sandboxed) return command;
        SandboxPaths paths;
        paths.temp = temp_.path();
        paths.home = home_.path();
        paths.writable = {work_.path()};
        sandbox_.emplace(std::move(paths));
        command.sandbox = &*sandbox_;
        return command;
    }

    Result<ProcessEnd> execute(Trial& run) {
        return testing::run_task<Result<ProcessEnd>>([&](Executor executor) {
            stop_.emplace(executor);
            if (run.stop_when_ready) run.sink.stop = &*stop_;
            return run_process(command_of(run), run.limits, run.sink, *stop_);
        });
    }

    TempDir work_;
    TempDir temp_;
    TempDir home_;
    std::optional<Sandbox> sandbox_;
    std::optional<StopToken> stop_;
};

TEST_F(Process, GivesOutputAndExitStatus) {
    Trial run;
    run.script = "echo out; echo err >&2; exit 3";

    const auto end = execute(run);

    EXPECT_EQ(end->cause, EndCause::exited);
    EXPECT_EQ(end->status.code, 3);
    EXPECT_EQ(run.sink.text, "out\nerr\n");
}

TEST_F(Process, EndsAFloodAtItsDeadline) {
    Trial run;
    run.script = "exec yes";
    run.limits.deadline = milliseconds{20};
    run.sink.fail_after = std::size_t{4} << 30U;

    const auto end = execute(run);

    ASSERT_TRUE(end) << end.error().message;
    EXPECT_EQ(end->cause, EndCause::timed_out);
}

TEST_F(Process, TellsASignalFromAnExit) {
    Trial run;
    run.script = "kill -SEGV $$";

    const auto end = execute(run);

    EXPECT_EQ(end->cause, EndCause::signalled);
    EXPECT_EQ(end->status.signal, SIGSEGV);
}

TEST_F(Process, SaysWhenTheProgramIsMissing) {
    Trial run;
    run.program = "/nonexistent/program";

    EXPECT_EQ(execute(run).error().code, Code::not_found);
}

TEST_F(Process, DeliversEverythingOfALargeOutput) {
    Trial run;
    run.script = "head -c 5000000 /dev/zero";

    execute(run);

    EXPECT_EQ(run.sink.text.size(), 5'000'000U);
}

TEST_F(Process, TakesTheTreeAwayAtTheEnd) {
    for (const bool sandboxed : {false, true}) {
        Trial run;
        run.program = "/usr/bin/python3";
        run.script = kEscapee;
        run.sandboxed = sandboxed;

        const auto end = execute(run);

        EXPECT_TRUE(end->status.ok());
        EXPECT_TRUE(std::filesystem::remove(work_ / "alive"));
        EXPECT_TRUE(list_descendants().empty());
    }
}

TEST_F(Process, TakesTheTreeAwayOnCancel) {
    for (const bool sandboxed : {false, true}) {
        Trial run;
        run.program = "/usr/bin/python3";
        run.script = std::string{kEscapee} + "\nprint('ready', flush=True)\ntime.sleep(1000)\n";
        run.stop_when_ready = true;
        run.sandboxed = sandboxed;

        const auto end = execute(run);

        EXPECT_EQ(end->cause, EndCause::cancelled);
        EXPECT_TRUE(std::filesystem::remove(work_ / "alive"));
        EXPECT_TRUE(list_descendants().empty());
    }
}

TEST_F(Process, LeavesTimeForCleaningUpAfterTerm) {
    for (const bool sandboxed : {false, true}) {
        Trial run;
        run.script = "trap 'echo cleaned; exit 9' TERM; echo ready; while :; do sleep 0.01; done";
        run.stop_when_ready = true;
        run.sandboxed = sandboxed;

        const auto end = execute(run);

        EXPECT_EQ(end->cause, EndCause::cancelled);
        EXPECT_NE(run.sink.text.find("cleaned\n"), std::string::npos);
    }
}

TEST_F(Process, KillsAfterTheDeadlineWhatIgnoresTerm) {
    for (const bool sandboxed : {false, true}) {
        Trial run;
        run.script = "trap '' TERM; while :; do sleep 0.01; done";
        run.limits.deadline = milliseconds{30};
        run.limits.grace = milliseconds{30};
        run.sandboxed = sandboxed;

        const auto end = execute(run);

        EXPECT_EQ(end->cause, EndCause::timed_out);
        EXPECT_TRUE(list_descendants().empty());
    }
}

TEST_F(Process, EndsWhenTheSinkFails) {
    Trial run;
    run.script = "while :; do echo line; done";
    run.sink.fail_after = 1000;

    EXPECT_EQ(execute(run).error().code, Code::disk_full);
    EXPECT_TRUE(list_descendants().empty());
}

TEST_F(Process, GivesAStepNoDescriptorButItsOwn) {
    Trial run;
    run.script = "ls /proc/self/fd | tr '\\n' ' '";

    execute(run);

    EXPECT_EQ(run.sink.text, "0 1 2 3 ");  // 3 is the folder that ls reads
}

}  // namespace
}  // namespace triphammer::execution
