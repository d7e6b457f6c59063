#include "access/failure_limit.hpp"

#include "support/clock.hpp"

#include <gtest/gtest.h>

#include <vector>

using namespace triphammer;
using namespace triphammer::access;
using namespace std::chrono_literals;
using triphammer::testing::ManualClock;

namespace {

struct Fixture {
    void fail(const std::string& client, int times) {
        for (int i = 0; i < times; ++i) limit.note_failure(client);
    }

    ManualClock clock;
    FailureLimit limit{clock, {.in_a_row = 3, .refill = 10s, .clients = 4}};
};

}  // namespace

TEST(FailureLimit, LetsAClientFailSomeTimesAndThenWait) {
    Fixture fixture;

    fixture.fail("a", 2);
    const auto before = fixture.limit.find_wait("a");
    fixture.fail("a", 1);

    EXPECT_EQ(before, 0s);
    EXPECT_EQ(fixture.limit.find_wait("a"), 10s);
    EXPECT_EQ(fixture.limit.find_wait("b"), 0s);
}

TEST(FailureLimit, ForgivesWithTime) {
    Fixture fixture;
    fixture.fail("a", 3);

    fixture.clock.advance(9s);
    const auto nearly = fixture.limit.find_wait("a");
    fixture.clock.advance(1s);
    const auto then = fixture.limit.find_wait("a");
    fixture.fail("a", 1);

    EXPECT_EQ(nearly, 1s);
    EXPECT_EQ(then, 0s);
    EXPECT_EQ(fixture.limit.find_wait("a"), 10s);
}

TEST(FailureLimit, MakesNobodyWaitLongerThanForOneRefill) {
    Fixture fixture;

    fixture.fail("a", 1000);

    EXPECT_EQ(fixture.limit.find_wait("a"), 10s);
}

TEST(FailureLimit, MakesEachPauseTwiceTheOneBeforeUpToTheLongest) {
    ManualClock clock;
    FailureLimit limit{clock, {.in_a_row = 3, .refill = 10s, .longest = 60s}};
    std::vector<std::chrono::seconds> pauses;

    limit.note_failure("a");
    limit.note_failure("a");
    for (int i = 0; i < 5; ++i) {
        limit.note_failure("a");
        limit.note_failure("a");  // begun before the pause
        pauses.push_back(limit.find_wait("a"));
        clock.advance(pauses.back());
        EXPECT_EQ(limit.find_wait("a"), 0s);
    }

    EXPECT_EQ(pauses, (std::vector<std::chrono::seconds>{10s, 20s, 40s, 60s, 60s}));
}

TEST(FailureLimit, ForgetsPausesLaterThanFailures) {
    ManualClock clock;
    FailureLimit limit{clock, {.in_a_row = 3, .refill = 10s, .longest = 60s}};
    const auto fail = [&] {
        for (int i = 0; i < 3; ++i) limit.note_failure("a");
        return limit.find_wait("a");
    };

    EXPECT_EQ(fail(), 10s);
    clock.advance(10s + 20s + 59s);
    EXPECT_EQ(fail(), 20s) << "three tries again, but a longer pause";
    clock.advance(20s + 20s + 60s);
    EXPECT_EQ(fail(), 10s);
}

TEST(FailureLimit, RemembersABoundedNumberOfClients) {
    Fixture fixture;

    for (int i = 0; i < 100; ++i) fixture.limit.note_failure("client " + std::to_string(i));
    fixture.limit.note_failure("");

    EXPECT_EQ(fixture.limit.size(), 4U);
}
