// When the machine wants to be woken, and by whom it need not be.
#include "launch/dispatch_machine.hpp"

#include <gtest/gtest.h>

namespace triphammer::launch {
namespace {

constexpr model::Fence kFence{7};

Instant at(std::int64_t ms) {
    return Instant{std::chrono::milliseconds{ms}};
}

template <class Action>
std::size_t count(const std::vector<DispatchAction>& actions) {
    std::size_t found = 0;
    for (const auto& action : actions) found += std::holds_alternative<Action>(action) ? 1U : 0U;
    return found;
}

TEST(DispatchWakeup, IsNoneWhileAHeldBackJobIsDueAndNobodyIsFree) {
    DispatchMachine machine{1};
    machine.on_launcher_ready(at(0));
    machine.on_list({}, at(0));
    machine.on_claimed(kFence, Milliseconds{500}, at(0));
    machine.on_started(kFence, at(0));
    machine.on_attached(kFence);
    machine.take_actions();

    machine.on_time(at(600));

    EXPECT_EQ(machine.next_wakeup(), Instant::max());
    EXPECT_EQ(count<ClaimNext>(machine.take_actions()), 0U);
    machine.on_over(kFence, at(700));
    EXPECT_EQ(count<ClaimNext>(machine.take_actions()), 1U);
}

TEST(DispatchWakeup, IsNoneForARunnerThatAttachedBeforeTheTablesWereRead) {
    DispatchMachine machine;
    machine.on_attached(kFence);
    machine.adopt(kFence, true);
    machine.on_launcher_ready(at(0));

    for (int second = 0; second < 120; ++second) {
        machine.on_list({{kFence, Sight::alive}}, at(second * 1'000));
        machine.on_time(at(second * 1'000));
    }

    const auto actions = machine.take_actions();
    EXPECT_EQ(count<StopRunner>(actions) + count<Lose>(actions), 0U);
}

}  // namespace
}  // namespace triphammer::launch
