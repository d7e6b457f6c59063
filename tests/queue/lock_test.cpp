#include "queue/lock.hpp"

#include "queue/queue_fixture.hpp"

#include <gtest/gtest.h>

namespace triphammer::queue {

namespace {

using model::DeploymentState;

/// The job's row in the ledger, with the lock of the one target where that is free. Of an apply the
/// environment says the target.
std::optional<std::string> take_lock(store::Transaction& tx, const store::JobRow& job) {
    if (job.kind != model::JobKind::deploy) return {};
    auto row = store::find_deployment_of_job(tx, job.id);
    if (!row) {
        store::NewDeployment wanted;
        wanted.repository = job.repository;
        wanted.environment = job.environment;
        const bool is_apply = job.environment.starts_with("terraform/");
        wanted.target = is_apply ? job.environment : "container/app";
        wanted.driver = is_apply ? "terraform" : "container";
        wanted.run = job.run;
        wanted.job = job.id;
        wanted.sha = std::string(40, 'a');
        row = store::find_deployment(tx, store::insert_deployment(tx, wanted).value());
    }
    if (row->state == DeploymentState::running) return {};
    if (store::find_lock_holder(tx, *row)) return "the lock is taken";
    store::start_deployment(tx, row->id).value();
    return {};
}

struct Lock : ::testing::Test, triphammer::testing::QueueFixture {
    model::RunId create_deploy(const std::string& environment = "production") {
        auto plan = make_plan({{"ship", {}}});
        plan.runs[0].jobs[0].kind = model::JobKind::deploy;
        plan.runs[0].jobs[0].environment = environment;
        return write([&](store::Transaction& tx) -> Result<model::RunId> {
            auto runs = create_runs(tx, {.repository = repository}, plan);
            if (!runs) return runs.error();
            return runs->at(0);
        });
    }

    std::optional<Claim> claim_with_lock() {
        return write([&](store::Transaction& tx) {
            ClaimRequest request;
            request.workers = 10;
            request.token_sha256 = "token-" + std::to_string(++tokens);
            request.obstacle = take_lock;
            return claim_next(tx, request);
        });
    }

    store::DeploymentRow row_of(model::RunId run) {
        const auto id = job(run, "ship").id;
        return read([&](store::Connection& db) { return *store::find_deployment_of_job(db, id); });
    }

    void move(model::RunId run, DeploymentState to) {
        const auto id = row_of(run).id;
        write([&](store::Transaction& tx) {
            return store::move_deployment(tx, {.id = id, .to = to});
        });
    }

    void begin_effect(model::RunId run, model::Fence fence) {
        store::NewEffect effect;
        effect.deployment = row_of(run).id;
        effect.n = 1;
        effect.kind = "create-candidate";
        effect.idem = "key";
        effect.fence = fence;
        write([&](store::Transaction& tx) { return store::open_effect(tx, effect); });
    }

    void cancel(model::RunId run) {
        write([&](store::Transaction& tx) -> Result<> {
            auto fences = request_cancel(tx, run, {"not wanted", "mona"});
            if (!fences) return fences.error();
            return {};
        });
    }
};

}  // namespace

TEST_F(Lock, AJobThatHasToWaitHoldsNoWorkerAndLetsTheNextPass) {
    const auto first = create_deploy();
    const auto second = create_deploy();
    const auto build = create({{"build", {}}});

    const auto claims = std::vector{claim_with_lock(), claim_with_lock(), claim_with_lock()};

    EXPECT_EQ(claims[0]->job.run, first);
    EXPECT_EQ(claims[1]->job.run, build);
    EXPECT_FALSE(claims[2]);
    EXPECT_EQ(job(second, "ship").reason, "the lock is taken");
    EXPECT_EQ(job_state(second, "ship"), "waiting");
    EXPECT_EQ(run_state(second), "waiting");
    EXPECT_EQ(number("SELECT count(*) FROM attempts"), 2);
}

TEST_F(Lock, GoesToTheOldestRunThatWaitsWhenItsHolderEnds) {
    const auto first = create_deploy();
    const auto held = attach(claim_with_lock()->fence);
    const auto second = create_deploy();
    const auto third = create_deploy();
    claim_with_lock();
    move(first, DeploymentState::succeeded);

    ASSERT_TRUE(finish(held));

    EXPECT_EQ(row_of(second).state, DeploymentState::running);
    EXPECT_EQ(row_of(second).previous, row_of(first).id);
    EXPECT_EQ(job_state(second, "ship"), "queued");
    EXPECT_EQ(job_state(third, "ship"), "waiting");
    EXPECT_EQ(claim_with_lock()->job.run, second);
}

TEST_F(Lock, GoesToAnotherEnvironmentThatWaitsForTheSameService) {
    const auto first = create_deploy("production");
    const auto held = attach(claim_with_lock()->fence);
    const auto second = create_deploy("staging");
    claim_with_lock();
    EXPECT_EQ(job_state(second, "ship"), "waiting");
    move(first, DeploymentState::succeeded);

    ASSERT_TRUE(finish(held));

    EXPECT_EQ(row_of(second).state, DeploymentState::running);
    EXPECT_FALSE(row_of(second).previous);  // what serves in production is not its own
    EXPECT_EQ(job_state(second, "ship"), "queued");
}

TEST_F(Lock, OfTwoFoldersGoesToBothThatWaitForOneOfThem) {
    const auto both = create_deploy("terraform/infra, network of o/n in production");
    const auto held = attach(claim_with_lock()->fence);
    const auto infra = create_deploy("terraform/infra of o/n in production");
    const auto network = create_deploy("terraform/network of o/n in production");
    const auto again = create_deploy("terraform/network, infra of o/n in production");
    claim_with_lock();
    EXPECT_EQ(job_state(infra, "ship"), "waiting");
    move(both, DeploymentState::succeeded);

    ASSERT_TRUE(finish(held));

    EXPECT_EQ(row_of(infra).state, DeploymentState::running);
    EXPECT_EQ(row_of(network).state, DeploymentState::running);
    EXPECT_EQ(job_state(again, "ship"), "waiting");
}

TEST_F(Lock, OfACancelledJobThatNothingWasDoneForIsPassedOn) {
    create_deploy();
    const auto first = claim_with_lock()->job.run;
    const auto second = create_deploy();
    const auto third = create_deploy();
    const auto holder = number("SELECT max(id) FROM attempts");
    claim_with_lock();
    cancel(second);
    EXPECT_EQ(row_of(second).state, DeploymentState::failed);

    cancel(first);
    write([&](store::Transaction& tx) { return give_back(tx, {holder}, "it died"); });

    EXPECT_EQ(row_of(first).state, DeploymentState::failed);
    EXPECT_EQ(row_of(third).state, DeploymentState::running);
    EXPECT_EQ(job_state(third, "ship"), "queued");
}

TEST_F(Lock, StaysWithADeploymentThatWasBegunAndThatNobodyClosed) {
    const auto first = create_deploy();
    const auto fence = claim_with_lock()->fence;
    attach(fence);
    begin_effect(first, fence);
    ASSERT_TRUE(lose(fence, AfterLoss::queue_again));
    const auto second = create_deploy();

    cancel(first);

    EXPECT_EQ(row_of(first).state, DeploymentState::unknown);
    EXPECT_NE(row_of(first).reason.find("not wanted"), std::string::npos);
    EXPECT_FALSE(claim_with_lock());
    EXPECT_EQ(job_state(second, "ship"), "waiting");
}

}  // namespace triphammer::queue
