// When the machine wants to be woken, and by whom it need not be.
#include "launch/dispatch_machine.hpp"

#include <gtest/gtest.h>

namespace triphammer::launch {
namespace {

constexpr model::Fence kFirst{7};

Instant moment(std::int64_t ms) {
    return Instant{std::chrono::milliseconds{ms}};
}

template <class Action>
std::size_t count_of(const std::vector<DispatchAction>& actions) {
    std::size_t found = 0;
    for (const auto& action : actions) found += std::holds_alternative<Action>(action) ? 1U : 0U;
    return found;
}

TEST(DispatchWakeup, IsNoneWhileAHeldBackJobIsDueAndNobodyIsFree) {
    DispatchMachine machine{1};
    machine.on_launcher_ready(moment(0));
    machine.on_list({}, moment(0));
    machine.on_claimed(kFirst, Milliseconds{500}, moment(0));
    machine.on_started(kFirst, moment(0));
    machine.on_attached(kFirst);
    machine.take_actions();

    machine.on_time(moment(600));

    EXPECT_EQ(machine.next_wakeup(), Instant::max());
    EXPECT_EQ(count_of<ClaimNext>(machine.take_actions()), 0U);
    machine.on_over(kFirst, moment(700));
    EXPECT_EQ(count_of<ClaimNext>(machine.take_actions()), 1U);
}

TEST(DispatchWakeup, IsNoneForARunnerThatAttachedBeforeTheTablesWereRead) {
    DispatchMachine machine;
    machine.on_attached(kFirst);
    machine.adopt(kFirst, true);
    machine.on_launcher_ready(moment(0));

    for (int second = 0; second < 120; ++second) {
        machine.on_list({{kFirst, Sight::alive}}, moment(second * 1'000));
        machine.on_time(moment(second * 1'000));
    }

    const auto actions = machine.take_actions();
    EXPECT_EQ(count_of<StopRunner>(actions) + count_of<Lose>(actions), 0U);
}

}  // namespace
}  // namespace triphammer::launch
