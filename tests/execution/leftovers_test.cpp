#include "execution/leftovers.hpp"

#include "base/file.hpp"
#include "execution/descendants.hpp"
#include "support/run_task.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace triphammer::execution {
namespace {

using std::chrono::milliseconds;
using testing::TempDir;

class Collect final : public OutputSink {
  public:
    Task<Result<>> write(std::string_view bytes) override {
        text += bytes;
        co_return Result<>{};
    }

    std::string text;
};

struct Said {
    Result<ProcessEnd> end;
    std::string text;
};

class Leaving : public ::testing::Test {
  protected:
    Leaving() : sandbox_{paths()} {}

    SandboxPaths paths() const {
        SandboxPaths out;
        out.temp = temp_.path();
        out.home = home_.path();
        out.writable = {work_.path()};
        return out;
    }

    /// One script after the other, as the steps of a job; then the job's end.
    std::vector<Said> run(std::vector<std::string> scripts, ProcessLimits of_last = {}) {
        return testing::run_task<std::vector<Said>>([&](Executor executor) {
            return run_all(std::move(executor), std::move(scripts), of_last);
        });
    }

    TempDir work_;
    TempDir temp_;
    TempDir home_;
    Sandbox sandbox_;
    std::size_t alive_ = 0;  // below us, before the job's end

  private:
    Task<std::vector<Said>> run_all(
        Executor executor, std::vector<std::string> scripts, ProcessLimits of_last
    ) {
        Leftovers leftovers{executor};
        StopToken stop{executor};
        std::vector<Said> out;
        for (const auto& script : scripts) {
            Command command;
            command.arguments = {"/bin/sh", "-c", script};
            if (script.empty()) command.arguments = {"no-such-program"};
            command.environment = {"PATH=/usr/bin:/bin"};
            command.directory = work_.path();
            command.sandbox = &sandbox_;
            command.leftovers = &leftovers;
            Collect sink;
            const auto limits = &script == &scripts.back() ? of_last : ProcessLimits{};
            auto running = run_process(std::move(command), limits, sink, stop);
            auto end = co_await std::move(running);
            out.push_back({std::move(end), std::move(sink.text)});
        }
        alive_ = list_descendants().size();
        auto ending = leftovers.end();
        co_await std::move(ending);
        co_return out;
    }
};

TEST_F(Leaving, WhatACommandLeavesIsThereForTheNextOnes) {
    const auto said = run({"sleep 1000 & echo $! > pid", "kill $(cat pid)", "kill $(cat pid)"});

    EXPECT_TRUE(said[0].end->status.ok());
    EXPECT_TRUE(said[1].end->status.ok()) << said[1].text;
    EXPECT_FALSE(said[2].end->status.ok());
}

TEST_F(Leaving, NothingIsAliveAfterTheJobsEnd) {
    (void)run({"setsid sleep 1000 & true"});

    EXPECT_GT(alive_, 0U);
    EXPECT_TRUE(list_descendants().empty());
}

TEST_F(Leaving, NothingStaysWhereNothingWasLeft) {
    (void)run({"sleep 0 & wait", "true"});

    EXPECT_EQ(alive_, 0U);
}

TEST_F(Leaving, ACommandThatIsEndedTakesEverythingWithIt) {
    ProcessLimits limits;
    limits.deadline = milliseconds{100};
    limits.grace = milliseconds{20};

    const auto said = run({"sleep 1000 & true", "sleep 1000 & trap 'exit 0' TERM; wait"}, limits);

    EXPECT_EQ(said[1].end->cause, EndCause::timed_out);
    EXPECT_EQ(alive_, 0U);
}

TEST_F(Leaving, ItNeverWaitsForAReader) {
    const std::string flood = "(while printf '%099999d' 0; do echo x >> count; done) & true";
    const std::string look =
        "until [ $(cat count 2>/dev/null | wc -l) -ge 30 ]; do :; done; echo went on";

    const auto said = run({flood, look});

    EXPECT_EQ(said[1].text, "went on\n");
}

TEST_F(Leaving, ACommandThatDoesNotStartLeavesItAlone) {
    const auto said = run({"sleep 1000 & echo $! > pid", "", "kill $(cat pid)"});

    EXPECT_EQ(said[1].end.error().code, Code::invalid);
    EXPECT_TRUE(said[2].end->status.ok());
}

}  // namespace
}  // namespace triphammer::execution
