#include "queue/follow.hpp"

#include "model/event.hpp"
#include "queue/queue_fixture.hpp"
#include "store/forge/delivery_store.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using triphammer::testing::QueueFixture;

namespace {

struct FollowFixture : QueueFixture {
    void follow() {
        write([&](store::Transaction& tx) -> Result<bool> {
            store::set_follows_runs(tx, repository, true);
            return true;
        });
    }

    std::vector<model::Event> told() {
        const auto texts = read([](store::Connection& db) {
            auto query =
                db.prepare("SELECT facts FROM deliveries WHERE event = 'workflow_run' ORDER BY id");
            return query.list([](store::Statement& row) {
                std::string facts;
                row.read(facts);
                return facts;
            });
        });
        std::vector<model::Event> events;
        for (const auto& text : texts) {
            events.push_back(nlohmann::json::parse(text).get<model::Event>());
        }
        return events;
    }
};

}  // namespace

// events-that-trigger-workflows#workflow_run
TEST(Follow, WhatARunDoesIsTold) {
    FollowFixture fixture;
    fixture.follow();
    (void)fixture.create({{"a", {}}});

    fixture.finish(fixture.run_next()).value();

    const auto told = fixture.told();
    ASSERT_EQ(told.size(), 3U);
    EXPECT_EQ(told[0].action, "requested");
    EXPECT_EQ(told[1].action, "in_progress");
    EXPECT_EQ(told[2].action, "completed");
    EXPECT_EQ(told[2].workflow, "ci");
    EXPECT_EQ(told[2].branch, "main");
    EXPECT_EQ(told[2].chain, 1);
}

TEST(Follow, NobodyIsToldWhereNobodyFollows) {
    FollowFixture fixture;
    (void)fixture.create({{"a", {}}});

    fixture.finish(fixture.run_next()).value();

    EXPECT_TRUE(fixture.told().empty());
}

TEST(Follow, AChainEndsAfterTheThird) {
    FollowFixture fixture;
    fixture.follow();
    auto plan = fixture.make_plan({{"a", {}}});
    plan.runs[0].event = "workflow_run";
    model::Event event;
    event.name = "workflow_run";
    event.chain = 3;
    const auto run = fixture.write([&](store::Transaction& tx) -> Result<model::RunId> {
        store::NewDelivery delivery;
        delivery.guid = "g";
        delivery.event = "workflow_run";
        delivery.repository = fixture.repository;
        delivery.facts_json = nlohmann::json(event).dump();
        const auto kept = store::append_delivery(tx, delivery);
        auto runs =
            queue::create_runs(tx, {.repository = fixture.repository, .delivery = kept.id}, plan);
        if (!runs) return runs.error();
        return runs->at(0);
    });

    fixture.finish(fixture.run_next()).value();

    EXPECT_EQ(fixture.run_state(run), "succeeded");
    EXPECT_EQ(fixture.told().size(), 1U);
}
