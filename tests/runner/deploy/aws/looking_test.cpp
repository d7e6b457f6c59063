#include "runner/deploy/aws/looking.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::runner;
using std::chrono::milliseconds;
using Progress = aws::Judgement::Progress;

namespace {

constexpr Instant kBegin{};

Looking looking(milliseconds hold = milliseconds{0}) {
    return Looking{{milliseconds{10}, milliseconds{100}, hold}, kBegin};
}

Result<aws::Judgement> seen(Progress progress, std::string words) {
    return aws::Judgement{progress, std::move(words)};
}

}  // namespace

TEST(AwsLooking, EndsWithProofOrFailure) {
    auto good = looking();
    good.add(seen(Progress::going_on, "1 of 2"), kBegin);
    EXPECT_FALSE(good.is_over());
    good.add(seen(Progress::done, "2 of 2"), kBegin + milliseconds{10});
    EXPECT_TRUE(good.is_over() && good.outcome().passed);
    EXPECT_EQ(good.outcome().looks, 2);

    auto bad = looking();
    bad.add(seen(Progress::failed, "rolled back"), kBegin);
    EXPECT_TRUE(bad.is_over());
    EXPECT_FALSE(bad.outcome().passed);
    EXPECT_EQ(bad.outcome().reason, "rolled back");
}

TEST(AwsLooking, HasToStayGood) {
    auto one = looking(milliseconds{30});
    one.add(seen(Progress::done, ""), kBegin);
    one.add(Error{Code::unavailable, "no answer"}, kBegin + milliseconds{20});
    one.add(seen(Progress::done, ""), kBegin + milliseconds{35});
    EXPECT_FALSE(one.is_over());
    one.add(seen(Progress::done, ""), kBegin + milliseconds{65});
    EXPECT_TRUE(one.outcome().passed);
}

TEST(AwsLooking, TakesSilenceForNothingAndARefusalForTheEnd) {
    auto one = looking();
    one.add(Error{Code::timed_out, "no answer"}, kBegin);
    one.add(Error{Code::protocol, "the answer is no JSON object"}, kBegin);
    EXPECT_FALSE(one.is_over());
    one.add(Error{Code::unauthorized, "AccessDenied"}, kBegin);
    EXPECT_TRUE(one.is_over());
}

TEST(AwsLooking, LosesItsPatience) {
    auto one = looking();
    one.add(seen(Progress::going_on, "0 of 2 tasks run"), kBegin + milliseconds{100});
    EXPECT_TRUE(one.is_over());
    EXPECT_EQ(one.outcome().reason, "not proven within 0 s (health.timeout): 0 of 2 tasks run");
}
