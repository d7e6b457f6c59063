#include "launch/layer_pool.hpp"

#include "queue/queue_fixture.hpp"
#include "store/deployments/approval_store.hpp"

#include <gtest/gtest.h>

namespace triphammer::launch {

namespace {

struct LayerPool : ::testing::Test, triphammer::testing::QueueFixture {
    std::string pool_of(bool from_fork, const std::string& uses) {
        auto job = planned("build", {});
        model::Step step;
        step.uses = uses;
        job.definition.steps = {step};
        auto plan = make_plan({});
        plan.runs[0].from_fork = from_fork;
        plan.runs[0].jobs = {job};
        write([&](store::Transaction& tx) -> Result<> {
            store::set_fork_approval(tx, repository, "none", "").value();
            auto runs = queue::create_runs(tx, {.repository = repository}, plan);
            if (!runs) return runs.error();
            return {};
        });
        const auto claimed = claim().value();
        std::string out;
        write([&](store::Transaction& tx) -> Result<> {
            out = find_layer_pool(tx, claimed.job);
            return {};
        });
        return out;
    }
};

}  // namespace

TEST_F(LayerPool, IsTheRepositorysOwnOrThatOfItsForks) {
    const auto own = pool_of(false, "actions/checkout@v4");

    EXPECT_EQ(own, model::to_text(repository));
    EXPECT_EQ(pool_of(true, "actions/checkout@v4"), own + ".fork");
}

TEST_F(LayerPool, IsNoneForAJobThatChecksNothingOut) {
    EXPECT_EQ(pool_of(false, "actions/setup-python@v5"), "");
}

TEST_F(LayerPool, IsThereForAnActionThatMayHaveACheckoutInside) {
    const auto uses = "octo/build@" + std::string(40, 'a');

    EXPECT_EQ(pool_of(false, uses), model::to_text(repository));
    EXPECT_EQ(pool_of(false, "./build"), "");
}

}  // namespace triphammer::launch
