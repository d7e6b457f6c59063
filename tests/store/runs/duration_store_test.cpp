#include "store/runs/duration_store.hpp"

#include "store/sample_database.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::store;
using triphammer::testing::SampleDatabase;

namespace {

std::uint64_t count_of(const Histogram& histogram) {
    std::uint64_t count = 0;
    for (const auto some : histogram.counts()) count += some;
    return count;
}

}  // namespace

TEST(DurationStore, KeepsHowLongThingsTookByNameAndBound) {
    SampleDatabase db;
    db.write([](Transaction& tx) -> Result<> {
        for (const auto ms : {10, 11, 20, 9'000'000}) note_duration(tx, kJobRun, Milliseconds{ms});
        note_duration(tx, kJobWait, Milliseconds{1});
        return {};
    });

    const auto kept = db.read([](Connection& read) { return find_durations(read, kJobRun); });

    EXPECT_EQ(kept.counts()[0], 1U);
    EXPECT_EQ(kept.counts()[1], 2U);
    EXPECT_EQ(kept.counts().back(), 1U);
    EXPECT_EQ(count_of(kept), 4U);
    EXPECT_NEAR(kept.sum(), 9000.041, 1e-6);
}
