#include "queue/queue_fixture.hpp"
#include "store/forge/delivery_store.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using triphammer::testing::QueueFixture;

namespace {

struct CreateFixture : QueueFixture {
    model::DeliveryId delivery = write([&](store::Transaction& tx) -> Result<model::DeliveryId> {
        store::NewDelivery fresh;
        fresh.guid = "g1";
        fresh.event = "push";
        return store::append_delivery(tx, fresh).id;
    });

    Result<std::vector<model::RunId>> create(const plan::Plan& plan) {
        return try_write([&](store::Transaction& tx) {
            queue::Origin origin;
            origin.repository = repository;
            origin.delivery = delivery;
            origin.texts["blob"] = "on: push";
            return queue::create_runs(tx, origin, plan);
        });
    }

    store::DeliveryRow row() {
        return *read([&](store::Connection& db) { return store::find_delivery(db, delivery); });
    }
};

}  // namespace

TEST(CreateRuns, WritesRunsJobsAndTheDeliverysEndTogether) {
    CreateFixture fixture;

    const auto runs =
        fixture.create(CreateFixture::make_plan({{"build", {}}, {"test", {"build"}}})).value();

    ASSERT_EQ(runs.size(), 1U);
    EXPECT_EQ(fixture.run_state(runs[0]), "queued");
    EXPECT_EQ(fixture.job_state(runs[0], "build"), "queued");
    EXPECT_EQ(fixture.job_state(runs[0], "test"), "blocked");
    EXPECT_EQ(fixture.row().outcome, model::DeliveryOutcome::started);
    EXPECT_EQ(fixture.row().reason, "1 run started");
    EXPECT_EQ(fixture.row().repository, fixture.repository);
}

TEST(CreateRuns, PlansADeliveryOnce) {
    CreateFixture fixture;
    const auto plan = CreateFixture::make_plan({{"build", {}}});
    fixture.create(plan).value();

    const auto again = fixture.create(plan);

    EXPECT_EQ(again.error().code, Code::conflict);
    EXPECT_EQ(fixture.number("SELECT count(*) FROM runs"), 1);
}

TEST(CreateRuns, IgnoresADeliveryThatStartsNothing) {
    CreateFixture fixture;
    plan::Plan nothing;
    nothing.reason = {false, "branch-filter", "no branch matches", {}};

    EXPECT_TRUE(fixture.create(nothing).value().empty());
    EXPECT_EQ(fixture.row().outcome, model::DeliveryOutcome::ignored);
    EXPECT_NE(fixture.row().reasons_json.find("branch-filter"), std::string::npos);
}

TEST(CreateRuns, KeepsAFileWithErrorsAsARedRun) {
    CreateFixture fixture;
    auto plan = CreateFixture::make_plan({});
    plan.runs[0].state = model::RunState::failed;
    plan.runs[0].cause = model::Cause::invalid;
    plan.runs[0].problems.push_back(
        {model::Problem::Severity::error, {3, 5}, "unknown-key", "no 'rnu'", "run"}
    );

    const auto runs = fixture.create(plan).value();

    const auto run =
        fixture.read([&](store::Connection& db) { return store::find_run(db, runs.at(0)); });
    EXPECT_EQ(run->state, model::RunState::failed);
    EXPECT_TRUE(run->finished_at);
    EXPECT_NE(run->problems_json.find("\"line\":3"), std::string::npos);
}
