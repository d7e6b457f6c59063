#include "base/task_group.hpp"

#include "base/clock.hpp"
#include "base/deadline.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

using namespace triphammer;
using namespace std::chrono_literals;
using triphammer::testing::run_until_done;

namespace {

Task<> note_after(std::vector<std::string>& notes, std::string text, Milliseconds delay) {
    co_await sleep_for(delay);
    notes.push_back(std::move(text));
}

Task<> fail(std::string what) {
    throw std::runtime_error(what);
    co_return;
}

Task<Result<int>> answer_after(int value, Milliseconds delay) {
    co_await sleep_for(delay);
    co_return value;
}

}  // namespace

TEST(TaskGroup, JoinWaitsForEveryChild) {
    std::vector<std::string> notes;

    run_until_done([&](Executor executor) -> Task<> {
        TaskGroup group{executor, {}};
        group.spawn("slow", note_after(notes, "slow", 20ms));
        group.spawn("fast", note_after(notes, "fast", 1ms));
        co_await group.join();
        notes.push_back("joined");
    });

    EXPECT_EQ(notes, (std::vector<std::string>{"fast", "slow", "joined"}));
}

TEST(TaskGroup, StopCancelsChildrenAndRefusesNewOnes) {
    std::vector<std::string> notes;

    run_until_done([&](Executor executor) -> Task<> {
        TaskGroup group{executor, {}};
        group.spawn("never", note_after(notes, "never", 1h));
        co_await sleep_for(1ms);
        co_await group.stop();
        EXPECT_EQ(group.size(), 0U);
        EXPECT_FALSE(group.spawn("late", note_after(notes, "late", 0ms)));
    });

    EXPECT_TRUE(notes.empty());
}

TEST(TaskGroup, TellsTheOwnerOfAFailureButNotOfACancellation) {
    std::vector<std::string> failures;
    std::vector<std::string> notes;

    run_until_done([&](Executor executor) -> Task<> {
        TaskGroup group{executor, [&](const std::string& name, const std::string& what) {
                            failures.push_back(name + ": " + what);
                        }};
        group.spawn("bad", fail("boom"));
        group.spawn("never", note_after(notes, "never", 1h));
        co_await sleep_for(1ms);
        co_await group.stop();
    });

    EXPECT_EQ(failures, (std::vector<std::string>{"bad: boom"}));
}

TEST(Deadline, GivesTheResultOrTimesOut) {
    run_until_done([](Executor) -> Task<> {
        auto early = co_await with_deadline(answer_after(7, 1ms), 5s);
        auto late = co_await with_deadline(answer_after(7, 1h), 5ms);
        EXPECT_EQ(early.value(), 7);
        EXPECT_EQ(late.error().code, Code::timed_out);
    });
}
