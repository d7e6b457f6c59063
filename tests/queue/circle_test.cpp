#include "queue/circle.hpp"

#include "queue/queue_fixture.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using triphammer::testing::QueueFixture;

namespace {

struct CircleFixture : QueueFixture {
    /// A run in a group, whose job "b" comes after "a" and is in another one, where all wait.
    model::RunId create_in(const std::string& group, const std::string& later) {
        auto plan = make_plan({{"a", {}}, {"b", {"a"}}});
        plan.runs[0].group = {group};
        auto& concurrency = plan.runs[0].jobs[1].definition.concurrency.emplace();
        concurrency.group.text = later;
        concurrency.queue = "max";
        return create_planned(plan);
    }

    /// A run whose job is a call in two groups, that of the called workflow last.
    model::RunId create_calling(const std::string& group, const std::string& called) {
        auto plan = make_plan({{"call", {}}, {"build", {}}});
        auto& call = plan.runs[0].jobs[0];
        call.definition.kind = "call";
        call.definition.concurrency.emplace().group.text = group;
        call.definition.called_concurrency.emplace().group.text = called;
        call.state = model::JobState::waiting;
        call.groups = {{group}, {called}};
        call.contexts_json = R"({"inputs":{}})";
        auto& build = plan.runs[0].jobs[1];
        build.key = build.node = "call / build";
        build.parent = "call";
        return create_planned(plan);
    }
};

}  // namespace

TEST(Circle, WhoClosesItIsCancelledAndTheOtherGoesOn) {
    CircleFixture fixture;
    const auto first = fixture.create_in("x", "y");
    const auto second = fixture.create_in("y", "x");

    fixture.finish(fixture.run_next()).value();
    EXPECT_EQ(fixture.job_state(first, "b"), "waiting");
    fixture.finish(fixture.run_next()).value();

    EXPECT_EQ(fixture.job_state(second, "b"), "cancelled");
    EXPECT_EQ(
        fixture.job(second, "b").reason,
        "it would wait for ever: those who go first in group 'x' wait for group 'y', which this "
        "run has"
    );
    EXPECT_EQ(fixture.run_state(second), "cancelled");
    EXPECT_EQ(fixture.job_state(first, "b"), "queued");
}

TEST(Circle, GoesThroughAllWhoAreInIt) {
    CircleFixture fixture;
    const auto first = fixture.create_in("x", "y");
    const auto second = fixture.create_in("y", "z");
    const auto third = fixture.create_in("z", "x");

    for (int i = 0; i < 3; ++i) fixture.finish(fixture.run_next()).value();

    EXPECT_EQ(fixture.run_state(third), "cancelled");
    EXPECT_EQ(fixture.job_state(second, "b"), "queued");
    EXPECT_EQ(fixture.job_state(first, "b"), "waiting");
}

TEST(Circle, IsNotWhatOnlyWaitsInLine) {
    CircleFixture fixture;
    const auto first = fixture.create_in("x", "y");
    const auto second = fixture.create_in("y", "z");
    const auto third = fixture.create_in("w", "y");
    std::vector<store::Hold> holds;
    for (int i = 0; i < 3; ++i) holds.push_back(fixture.run_next());

    for (const auto& hold : holds) fixture.finish(hold).value();

    EXPECT_EQ(fixture.job_state(first, "b"), "waiting");
    EXPECT_EQ(fixture.job_state(second, "b"), "queued");
    EXPECT_EQ(fixture.job_state(third, "b"), "waiting");
}

TEST(Circle, OfCallsThatHoldEachOthersGroupsIsBroken) {
    CircleFixture fixture;
    const auto holder = fixture.create_in("y", "x");
    const auto call = fixture.create_calling("x", "y");
    EXPECT_EQ(fixture.job_state(call, "call"), "waiting");

    fixture.finish(fixture.run_next()).value();

    EXPECT_EQ(fixture.job_state(holder, "b"), "cancelled");
    EXPECT_EQ(fixture.job_state(call, "call / build"), "queued");
}
