#include "runner/deploy/probe.hpp"

#include <gtest/gtest.h>

using triphammer::Milliseconds;
using triphammer::runner::next_pause;

TEST(Gates, WaitEverLongerForWhatIsNotWellButNeverLongerThanTheInterval) {
    constexpr Milliseconds kInterval{1'000};
    Milliseconds pause{0};
    for (const int expected : {50, 100, 200, 400, 800, 1'000}) {
        pause = next_pause(pause, kInterval);
        EXPECT_EQ(pause, Milliseconds{expected});
    }
    for (int look = 0; look < 200; ++look) pause = next_pause(pause, kInterval);
    EXPECT_EQ(pause, kInterval);
    EXPECT_EQ(next_pause(Milliseconds{0}, Milliseconds{20}), Milliseconds{20});
}
