#include "launch/runner_gateway.hpp"

#include "base/deadline.hpp"
#include "base/file.hpp"
#include "launch/gateway_fixture.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>

namespace triphammer::launch {

namespace {

using Gateway = triphammer::testing::GatewayFixture;
using triphammer::testing::WireRunner;
using Events = std::vector<std::string>;

}  // namespace

TEST_F(Gateway, TakesAWholeJobIn) {
    WireRunner runner{fence, token};
    runner.append(protocol::StepBegin{0, "", "build", 1});
    runner.log(0, "hello\nworld\n");
    runner.append(protocol::StepEnd{});
    runner.end();

    run([&](Executor executor, RunnerGateway& gateway) { return runner.talk(executor, gateway); });

    EXPECT_TRUE(runner.heard<protocol::StartWork>());
    EXPECT_TRUE(runner.heard<protocol::Finished>());
    EXPECT_EQ(state_of_job(), "succeeded");
    EXPECT_EQ(log_of(0), "hello\nworld\n");
    EXPECT_EQ(logged_lines, 2U);
    EXPECT_EQ(events, (Events{"attached", "over", "detached"}));
}

TEST_F(Gateway, CutsOffARunnerThatSaysNothingForALease) {
    lease = Milliseconds{20};
    WireRunner runner{fence, token};

    run([&](Executor executor, RunnerGateway& gateway) { return runner.talk(executor, gateway); });

    EXPECT_EQ(events, (Events{"attached", "silent"}));
    EXPECT_EQ(state_of_job(), "running");
}

TEST_F(Gateway, RefusesAWrongToken) {
    WireRunner runner{fence, "another token"};

    run([&](Executor executor, RunnerGateway& gateway) { return runner.talk(executor, gateway); });

    EXPECT_TRUE(runner.heard<protocol::KillEverything>());
    EXPECT_TRUE(events.empty());
    EXPECT_EQ(state_of_job(), "running");
}

TEST_F(Gateway, GoesOnWhereAnEarlierConnectionEnded) {
    WireRunner runner{fence, token};
    runner.append(protocol::StepBegin{0, "", "build", 1});
    runner.log(0, std::string(300'000, 'a'));
    const auto is_kept = [&] { return runner.machine.acked() > 0; };

    run([&](Executor executor, RunnerGateway& gateway) {
        return runner.talk(executor, gateway, is_kept);
    });
    runner.log(0, "b\n");
    runner.append(protocol::StepEnd{});
    runner.end();
    run([&](Executor executor, RunnerGateway& gateway) { return runner.talk(executor, gateway); });

    EXPECT_TRUE(runner.heard<protocol::Finished>());
    EXPECT_EQ(log_of(0), runner.truth[0]);
}

TEST_F(Gateway, FillsADamagedLogAgain) {
    WireRunner runner{fence, token};
    runner.append(protocol::StepBegin{0, "", "build", 1});
    runner.log(0, "hello\n");
    runner.append(protocol::StepEnd{});
    const auto is_kept = [&] { return runner.machine.acked() == runner.machine.spool_end(); };
    const auto again = [&](Executor executor, RunnerGateway& gateway) -> Task<> {
        auto first = runner.talk(executor, gateway, is_kept);
        co_await std::move(first);
        const auto file = open_file(log_file(0), O_WRONLY);
        EXPECT_TRUE(write_all_at(file->get(), "j", 0));
        runner.end();
        while (!runner.machine.is_over()) {
            auto next = runner.talk(executor, gateway);
            co_await std::move(next);
        }
    };

    run(again);

    EXPECT_TRUE(runner.heard<protocol::Finished>());
    EXPECT_EQ(log_of(0), "hello\n");
    EXPECT_EQ(state_of_job(), "succeeded");
}

TEST_F(Gateway, FillsALogThatADeadDaemonHadCut) {
    WireRunner runner{fence, token};
    runner.append(protocol::StepBegin{0, "", "build", 1});
    runner.log(0, "hello ");
    const auto is_kept = [&] { return runner.machine.acked() == runner.machine.spool_end(); };
    run([&](Executor executor, RunnerGateway& gateway) {
        return runner.talk(executor, gateway, is_kept);
    });
    cut_logs();
    runner.log(0, "world\n");
    runner.append(protocol::StepEnd{});
    runner.end();

    const auto again = [&](Executor executor, RunnerGateway& gateway) -> Task<> {
        for (int i = 0; i < 3 && !runner.machine.is_over(); ++i) {
            auto next = runner.talk(executor, gateway);
            co_await std::move(next);
        }
    };
    run(again);

    EXPECT_TRUE(runner.heard<protocol::Finished>());
    EXPECT_EQ(log_of(0), "hello world\n");
    EXPECT_EQ(state_of_job(), "succeeded");
}

TEST_F(Gateway, AppliesTheSpoolOfADeadRunner) {
    WireRunner runner{fence, token};
    runner.append(protocol::StepBegin{0, "", "build", 1});
    const auto is_kept = [&] { return runner.machine.acked() > 0; };
    run([&](Executor executor, RunnerGateway& gateway) {
        return runner.talk(executor, gateway, is_kept);
    });
    runner.log(0, "the last words\n");
    runner.append(protocol::StepEnd{});
    runner.end();
    const auto spool = db.folder / "spool";
    ASSERT_TRUE(replace_file(spool, runner.spool));

    Result<> replayed = Error{};
    const auto replay = [&](Executor, RunnerGateway& gateway) -> Task<> {
        auto applying = gateway.replay(fence, spool);
        replayed = co_await std::move(applying);
    };
    run(replay);

    EXPECT_TRUE(replayed);
    EXPECT_EQ(log_of(0), "the last words\n");
    EXPECT_EQ(state_of_job(), "succeeded");
}

TEST_F(Gateway, ATornSpoolIsNotApplied) {
    WireRunner runner{fence, token};
    const auto is_attached = [&] { return runner.machine.is_attached(); };
    run([&](Executor executor, RunnerGateway& gateway) {
        return runner.talk(executor, gateway, is_attached);
    });
    runner.end();
    const auto spool = db.folder / "spool";
    ASSERT_TRUE(replace_file(spool, runner.spool.substr(0, runner.spool.size() - 1)));

    Result<> replayed;
    const auto replay = [&](Executor, RunnerGateway& gateway) -> Task<> {
        auto applying = gateway.replay(fence, spool);
        replayed = co_await std::move(applying);
    };
    run(replay);

    EXPECT_FALSE(replayed);
    EXPECT_EQ(state_of_job(), "running");
}

TEST_F(Gateway, ASecondConnectionEndsTheFirst) {
    WireRunner first{fence, token};
    WireRunner second{fence, token};
    const auto both = [&](Executor executor, RunnerGateway& gateway) -> Task<> {
        TaskGroup talking{executor, {}};
        talking.spawn("first", first.talk(executor, gateway));
        while (!first.machine.is_attached()) co_await sleep_for(Milliseconds{0});
        second.end();
        auto taking_over = second.talk(executor, gateway);
        co_await std::move(taking_over);
        auto joined = talking.join();  // ends only because its connection was ended
        co_await std::move(joined);
    };

    run(both);

    EXPECT_TRUE(second.heard<protocol::Finished>());
    EXPECT_FALSE(first.machine.is_attached());
}

TEST_F(Gateway, TellsAConnectedRunnerThatItIsOver) {
    WireRunner runner{fence, token};
    const auto refused_later = [&](Executor executor, RunnerGateway& gateway) -> Task<> {
        TaskGroup talking{executor, {}};
        talking.spawn("runner", runner.talk(executor, gateway));
        while (!runner.machine.is_attached()) co_await sleep_for(Milliseconds{0});
        EXPECT_EQ(gateway.connected(), 1U);
        gateway.refuse(fence, "superseded");
        auto joined = talking.join();
        co_await std::move(joined);
    };

    run(refused_later);

    EXPECT_TRUE(runner.heard<protocol::KillEverything>());
}

}  // namespace triphammer::launch
