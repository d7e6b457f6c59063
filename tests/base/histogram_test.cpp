#include "base/histogram.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace std::chrono_literals;

TEST(Histogram, CountsEachObservationUnderItsFirstBoundThatIsNotLess) {
    Histogram histogram{{0.1, 1}};

    for (const auto took : {50ms, 100ms, 101ms, 1000ms, 1001ms}) histogram.observe(took);

    EXPECT_EQ(histogram.counts(), (std::vector<std::uint64_t>{2, 2, 1}));
    EXPECT_NEAR(histogram.sum(), 2.252, 1e-9);
}

TEST(Histogram, TakesWhatWasCountedElsewhere) {
    Histogram histogram{{0.1, 1}};

    histogram.add(1, 7, 3.5);

    EXPECT_EQ(histogram.counts(), (std::vector<std::uint64_t>{0, 7, 0}));
    EXPECT_EQ(histogram.sum(), 3.5);
}
