#include "launch/deploy_lock.hpp"

#include "queue/queue_fixture.hpp"

#include <gtest/gtest.h>

namespace triphammer::launch {

namespace {

struct DeployLock : ::testing::Test, triphammer::testing::QueueFixture {
    model::RunId create_deploy(const std::string& service) {
        auto plan = make_plan({{"ship", {}}});
        auto& planned = plan.runs[0].jobs[0];
        planned.kind = model::JobKind::deploy;
        planned.environment = "production";
        planned.definition.deploy = model::DeploySpec{};
        planned.definition.deploy->to = "container";
        planned.definition.deploy->service.text = service;
        return write([&](store::Transaction& tx) -> Result<model::RunId> {
            auto runs = queue::create_runs(tx, {.repository = repository}, plan);
            if (!runs) return runs.error();
            return runs->at(0);
        });
    }

    std::optional<std::string> obstacle_of(model::RunId run, const std::string& key) {
        const auto wanted = job(run, key);
        return write([&](store::Transaction& tx) {
            return Result<std::optional<std::string>>{find_obstacle(tx, wanted)};
        });
    }
};

}  // namespace

TEST_F(DeployLock, IsAnObstacleForTheSecondOfATargetOnly) {
    const auto first = create_deploy("app");
    const auto second = create_deploy("app");
    const auto other = create_deploy("web");

    EXPECT_FALSE(obstacle_of(first, "ship"));
    EXPECT_FALSE(obstacle_of(first, "ship"));  // it has the lock
    EXPECT_EQ(
        obstacle_of(second, "ship"), "deployment 1 holds the lock of container/app (running)"
    );
    EXPECT_FALSE(obstacle_of(other, "ship"));
}

TEST_F(DeployLock, IsNoMatterOfOtherJobs) {
    const auto build = create({{"build", {}}});

    EXPECT_FALSE(obstacle_of(build, "build"));
    EXPECT_EQ(number("SELECT count(*) FROM deployments"), 0);
}

}  // namespace triphammer::launch
