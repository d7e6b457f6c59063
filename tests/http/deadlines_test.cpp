#include "http/deadlines.hpp"

#include "base/deadline.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::http;
using namespace std::chrono_literals;
using triphammer::testing::run_until_done;

namespace {

Task<> wait_until(const bool& condition) {
    while (!condition) co_await sleep_for(1ms);
}

}  // namespace

TEST(Deadlines, PassOnceForEachSet) {
    int first = 0;
    int second = 0;
    bool last = false;

    run_until_done([&](Executor executor) -> Task<> {
        Deadlines all{executor, 1ms};
        Deadline once{all, [&] { ++first; }};
        Deadline cleared{all, [&] { ++second; }};
        Deadline end{all, [&] { last = true; }};
        once.set(2ms);
        cleared.set(2ms);
        cleared.clear();
        end.set(20ms);
        co_await wait_until(last);
        EXPECT_TRUE(once.has_passed());
        EXPECT_FALSE(cleared.has_passed());
    });

    EXPECT_EQ(first, 1);
    EXPECT_EQ(second, 0);
}

TEST(Deadlines, MayEndAnotherOneWhileTheyPass) {
    bool last = false;
    int passed = 0;

    run_until_done([&](Executor executor) -> Task<> {
        Deadlines all{executor, 1ms};
        std::unique_ptr<Deadline> victim;
        Deadline killer{all, [&] {
                            ++passed;
                            victim.reset();
                        }};
        victim = std::make_unique<Deadline>(all, [&] { ++passed; });
        Deadline end{all, [&] { last = true; }};
        killer.set(1ms);
        victim->set(1ms);
        end.set(20ms);
        co_await wait_until(last);
    });

    EXPECT_EQ(passed, 1);
}
