// What the default branch starts without a webhook, as its last push left it.
#include "intake/planner.hpp"
#include "store/runs/schedule_store.hpp"

#include <gtest/gtest.h>

#include "world.hpp"

using namespace triphammer;
using namespace triphammer::testing;

namespace {

std::string scheduled(const std::string& cron, const std::string& zone = "Etc/UTC") {
    return "on:\n  push:\n  schedule: [{ cron: '" + cron + "', timezone: " + zone +
           " }]\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: echo hi\n";
}

struct Standing : ::testing::Test {
    World world;
    std::filesystem::path served = world.folder / "served";
    GitTree tree{served, "app"};
    GitServer server{served};
    model::RepositoryId app = world.add_repository("app", server.url());

    store::DeliveryRow push(const std::string& text, const std::string& message = "change") {
        const auto sha = tree.commit({{".triphammer/nightly.yml", text}}, message);
        auto event = make_push("app", sha);
        event.message = message;
        const auto id = world.add_delivery(app, event);
        world.plan_all();
        return world.delivery(id);
    }

    std::string schedules() {
        return world.database
            .read([&](store::Connection& db) -> Result<std::string> {
                std::string out;
                for (const auto& row : store::list_due_schedules(db, world.clock.now())) {
                    out += row.cron + " " + row.timezone + "; ";
                }
                return out;
            })
            .value();
    }
};

}  // namespace

// skipping-workflow-runs: of push and pull_request; schedules are those of the default branch
TEST_F(Standing, SchedulesFollowAPushThatAsksForNoRun) {
    push(scheduled("0 5 * * *"));
    EXPECT_EQ(schedules(), "0 5 * * * Etc/UTC; ");

    const auto skipped = push(scheduled("0 6 * * *"), "later [skip ci]");

    EXPECT_EQ(skipped.outcome, model::DeliveryOutcome::ignored);
    EXPECT_EQ(skipped.reason, "the head commit's message says [skip ci]");
    EXPECT_EQ(schedules(), "0 6 * * * Etc/UTC; ");
}

TEST_F(Standing, AZoneThatTheMachineDoesNotKnowIsARedRun) {
    const auto delivery = push(scheduled("0 5 * * *", "Etc/UTX"));

    EXPECT_EQ(schedules(), "");
    const auto runs = world.runs(delivery.id);
    ASSERT_EQ(runs.size(), 1U);
    EXPECT_EQ(runs[0].cause, model::Cause::invalid);
    EXPECT_NE(runs[0].problems_json.find("no time zone 'Etc/UTX'"), std::string::npos);
    EXPECT_NE(runs[0].problems_json.find("Etc/UTC"), std::string::npos);
}
