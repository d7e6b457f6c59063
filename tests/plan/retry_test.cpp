#include "plan/retry.hpp"

#include <gtest/gtest.h>

namespace triphammer::plan {
namespace {

using model::Cause;
using std::chrono::milliseconds;

struct Fixture {
    model::JobDefinition definition;
    std::string contexts = R"({"vars": {"TRIES": "2"}})";
    std::string own = R"({"matrix": {"pause": "5s"}})";

    Fixture() {
        definition.key = "build";
        definition.retry = model::Retry{{"1", {}}, {}, {}};
    }

    Result<std::optional<milliseconds>> after(const EndedAttempt& ended) const {
        RunFacts run;
        run.contexts_json = contexts;
        JobFacts job{.key = "build"};
        job.definition = &definition;
        job.contexts_json = own;
        run.jobs.push_back(job);
        return retry_after(run, "build", ended);
    }

    std::optional<milliseconds> wait(Cause cause, std::optional<int> exit = {}, int number = 1) {
        return after({cause, exit, number}).value();
    }
};

TEST(RetryAfter, IsForTroubleOfTheInfrastructureUnlessSaidOtherwise) {
    Fixture fixture;

    EXPECT_EQ(fixture.wait(Cause::infrastructure), kFirstBackOff);
    EXPECT_EQ(fixture.wait(Cause::lost_runner), kFirstBackOff);
    EXPECT_FALSE(fixture.wait(Cause::timeout));
    EXPECT_FALSE(fixture.wait(Cause::exit, 75));
    EXPECT_FALSE(fixture.wait(Cause::oom));
    fixture.definition.retry.reset();
    EXPECT_FALSE(fixture.wait(Cause::infrastructure));
}

TEST(RetryAfter, HeedsTheCausesThatAreNamed) {
    Fixture fixture;
    fixture.definition.retry->on = {{"timeout", {}}, {"exit:75", {}}};

    EXPECT_TRUE(fixture.wait(Cause::timeout));
    EXPECT_TRUE(fixture.wait(Cause::exit, 75));
    EXPECT_FALSE(fixture.wait(Cause::exit, 1));
    EXPECT_FALSE(fixture.wait(Cause::exit));
    EXPECT_FALSE(fixture.wait(Cause::signal));
    EXPECT_FALSE(fixture.wait(Cause::infrastructure));
}

TEST(RetryAfter, CountsAndWaitsLongerEachTime) {
    Fixture fixture;
    fixture.definition.retry->max = {"${{ vars.TRIES }}", {}};
    fixture.definition.retry->backoff = {"${{ matrix.pause }}", {}};

    EXPECT_EQ(fixture.wait(Cause::infrastructure, {}, 1), milliseconds{5'000});
    EXPECT_EQ(fixture.wait(Cause::infrastructure, {}, 2), milliseconds{10'000});
    EXPECT_FALSE(fixture.wait(Cause::infrastructure, {}, 3));
    fixture.definition.retry->max = {"100", {}};
    EXPECT_EQ(fixture.wait(Cause::infrastructure, {}, 99), kLongestBackOff);
}

TEST(RetryAfter, SaysWhatItCannotRead) {
    Fixture fixture;
    fixture.definition.retry->max = {"often", {}};
    EXPECT_EQ(
        fixture.after({Cause::infrastructure, {}, 1}).error().message,
        "retry.max: 'often' is no number"
    );
    fixture.definition.retry->max = {"1", {}};
    fixture.definition.retry->backoff = {"soon", {}};
    EXPECT_EQ(
        fixture.after({Cause::infrastructure, {}, 1}).error().message,
        "retry.backoff: 'soon' is no duration"
    );
}

}  // namespace
}  // namespace triphammer::plan
