#include "base/thread.hpp"

#include "base/deadline.hpp"
#include "base/task_group.hpp"
#include "support/run_task.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <atomic>

namespace triphammer {
namespace {

using triphammer::testing::run_until_done;

/// The cancellation comes while the work is under way, and the work ends only after it. (What Boost
/// did to a caller that was gone by then, the launcher's tests showed: they crash without the fix.)
TEST(NamedThread, EndsItsWorkBeforeACancelledCallerGoesOn) {
    for (int turn = 0; turn < 50; ++turn) {
        NamedThread thread{"test"};
        std::atomic<bool> has_begun = false;
        std::atomic<bool> may_end = false;
        std::atomic<bool> is_done = false;
        bool was_done_at_the_end = false;
        run_until_done([&](Executor executor) -> Task<> {
            TaskGroup tasks{executor, {}};
            tasks.spawn("work", thread.run([&] {
                has_begun = true;
                has_begun.notify_one();
                may_end.wait(false);
                is_done = true;
            }));
            auto pause = sleep_for(std::chrono::milliseconds{0});  // the work is on its way then
            co_await std::move(pause);
            has_begun.wait(false);
            boost::asio::post(executor, [&] {
                may_end = true;
                may_end.notify_one();
            });
            auto stopped = tasks.stop();
            co_await std::move(stopped);
            was_done_at_the_end = is_done;
        });
        ASSERT_TRUE(was_done_at_the_end) << turn;
    }
}

}  // namespace
}  // namespace triphammer
