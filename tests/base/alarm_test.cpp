#include "base/alarm.hpp"

#include "base/deadline.hpp"
#include "base/task_group.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

using namespace triphammer;
using namespace std::chrono_literals;
using triphammer::testing::run_until_done;

namespace {

Task<> sleep_and_note(Alarm& alarm, std::vector<std::string>& notes) {
    co_await alarm.sleep({});
    notes.emplace_back("woken");
}

/// Lets whoever is ready run before the ring.
Task<> ring_later(Alarm& alarm) {
    co_await sleep_for(1ms);
    alarm.ring();
}

}  // namespace

TEST(Alarm, WakesWhoSleepsWithoutALimit) {
    std::vector<std::string> notes;

    run_until_done([&](Executor executor) -> Task<> {
        Alarm alarm{executor};
        TaskGroup group{executor, {}};
        group.spawn("sleeper", sleep_and_note(alarm, notes));
        co_await ring_later(alarm);
        co_await group.join();
    });

    EXPECT_EQ(notes, std::vector<std::string>{"woken"});
}

TEST(Alarm, KeepsOneRingForTheNextSleep) {
    run_until_done([](Executor executor) -> Task<> {
        Alarm alarm{executor};
        alarm.ring();
        alarm.ring();
        co_await alarm.sleep({});
        co_await alarm.sleep(1ms);  // the second ring was the first one's: only the limit ends this
        alarm.ring();
        co_await alarm.sleep({});
    });
}

TEST(Alarm, ALimitBelowZeroIsNow) {
    run_until_done([](Executor executor) -> Task<> {
        Alarm alarm{executor};
        co_await alarm.sleep(-5ms);
    });
}
