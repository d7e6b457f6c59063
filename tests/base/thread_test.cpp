#include "base/thread.hpp"

#include "base/task_group.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace triphammer {
namespace {

using triphammer::testing::run_until_done;

TEST(NamedThread, EndsItsWorkBeforeACancelledCallerGoesOn) {
    for (int turn = 0; turn < 200; ++turn) {
        NamedThread thread{"test"};
        std::atomic<bool> is_done = false;
        bool was_done_at_the_end = false;
        run_until_done([&](Executor executor) -> Task<> {
            TaskGroup tasks{executor, {}};
            tasks.spawn("work", thread.run([&] { is_done = true; }));
            auto stopped = tasks.stop();
            co_await std::move(stopped);
            was_done_at_the_end = is_done;
        });
        ASSERT_TRUE(was_done_at_the_end) << turn;
    }
}

}  // namespace
}  // namespace triphammer
