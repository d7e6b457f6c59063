#include "store/deployments/deployment_store.hpp"

#include "store/runs/attempt_store.hpp"
#include "store/sample_database.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::store;
using model::DeploymentState;
using triphammer::testing::SampleDatabase;

namespace {

struct DeploymentStoreFixture : SampleDatabase {
    NewDeployment draft(model::JobId job) {
        NewDeployment deployment;
        deployment.repository = repository;
        deployment.environment = "production";
        deployment.target = "container:web";
        deployment.driver = "container";
        deployment.run = run;
        deployment.job = job;
        deployment.sha = std::string(40, 'a');
        return deployment;
    }

    model::DeploymentId insert(const std::string& key) {
        const auto job = add_job(run, key);
        return write([&](Transaction& tx) { return insert_deployment(tx, draft(job)); });
    }

    Result<> start(model::DeploymentId id) {
        return try_write([&](Transaction& tx) { return start_deployment(tx, id); });
    }

    Result<> move(model::DeploymentId id, DeploymentState from, DeploymentState to) {
        return try_write([&](Transaction& tx) {
            return move_deployment(tx, {.id = id, .from = from, .to = to});
        });
    }

    DeploymentRow row(model::DeploymentId id) {
        return *read([&](Connection& db) { return find_deployment(db, id); });
    }

    Result<> open(model::DeploymentId id, std::int64_t n) {
        return try_write([&](Transaction& tx) {
            return open_effect(tx, {id, n, "switch", "web", "idem", fence});
        });
    }

    Result<> close(const EffectRow& effect) {
        return try_write([&](Transaction& tx) { return close_effect(tx, effect, "ok", "{}"); });
    }

    std::optional<EffectRow> open_one(model::DeploymentId id) {
        return read([&](Connection& db) { return find_open_effect(db, id); });
    }

    model::RepositoryId repository = add_repository("octo/roof");
    model::RunId run = add_run(repository);
    model::Fence fence = write([&](Transaction& tx) -> Result<model::Fence> {
        NewJob job;
        job.run = run;
        job.repository = repository;
        job.key = "holder";
        job.state = model::JobState::queued;
        return insert_attempt(tx, insert_job(tx, job), "sum", "");
    });
};

}  // namespace

TEST(DeploymentStore, LetsOneDeploymentHoldTheLockOfATarget) {
    DeploymentStoreFixture fixture;
    const auto first = fixture.insert("first");
    const auto second = fixture.insert("second");

    EXPECT_TRUE(fixture.start(first));
    EXPECT_EQ(fixture.start(second).error().code, Code::conflict);
    fixture.move(first, DeploymentState::running, DeploymentState::unknown).value();
    EXPECT_EQ(fixture.start(second).error().code, Code::conflict);
    fixture.move(first, DeploymentState::unknown, DeploymentState::succeeded).value();
    EXPECT_TRUE(fixture.start(second));

    EXPECT_EQ(fixture.row(second).previous, first);
}

TEST(DeploymentStore, HoldsTheLockEvenAgainstABrokenCaller) {
    DeploymentStoreFixture fixture;
    const auto first = fixture.insert("first");
    const auto second = fixture.insert("second");
    fixture.start(first).value();

    auto forced = fixture.try_write([&](Transaction& tx) -> Result<> {
        tx.prepare("UPDATE deployments SET state = 'running' WHERE id = ?").bind(second).run();
        return {};
    });

    EXPECT_EQ(forced.error().code, Code::internal);
}

TEST(DeploymentStore, GivesAJobOneDeploymentForEachAttemptOfItsRun) {
    DeploymentStoreFixture fixture;
    const auto job = fixture.add_job(fixture.run, "deploy");
    auto draft = fixture.draft(job);
    const auto insert = [&](Transaction& tx) { return insert_deployment(tx, draft); };

    EXPECT_TRUE(fixture.try_write(insert));
    EXPECT_EQ(fixture.try_write(insert).error().code, Code::conflict);
    draft.run_attempt = 2;
    const auto second = fixture.try_write(insert).value();

    EXPECT_EQ(
        fixture.read([&](Connection& db) { return find_deployment_of_job(db, job); })->id, second
    );
}

TEST(DeploymentStore, EndsADeploymentOnce) {
    DeploymentStoreFixture fixture;
    const auto id = fixture.insert("deploy");
    fixture.start(id).value();
    fixture.move(id, DeploymentState::running, DeploymentState::failed).value();

    auto again = fixture.move(id, DeploymentState::running, DeploymentState::succeeded);
    auto back = fixture.move(id, DeploymentState::failed, DeploymentState::running);

    EXPECT_EQ(again.error().code, Code::conflict);
    EXPECT_EQ(back.error().code, Code::conflict);
    EXPECT_EQ(fixture.row(id).state, DeploymentState::failed);
}

TEST(DeploymentStore, OpensOneEffectAtATimeAndEachNumberOnce) {
    DeploymentStoreFixture fixture;
    const auto id = fixture.insert("deploy");

    EXPECT_TRUE(fixture.open(id, 1));
    EXPECT_EQ(fixture.open(id, 2).error().code, Code::conflict);
    fixture.close(*fixture.open_one(id)).value();
    EXPECT_EQ(fixture.open(id, 1).error().code, Code::conflict);
    EXPECT_TRUE(fixture.open(id, 2));
}

TEST(DeploymentStore, ClosesAnEffectOnceAndOnlyByItsFence) {
    DeploymentStoreFixture fixture;
    const auto id = fixture.insert("deploy");
    fixture.open(id, 1).value();
    auto effect = *fixture.open_one(id);
    auto foreign = effect;
    foreign.fence = {fixture.fence.value + 1};

    EXPECT_EQ(fixture.close(foreign).error().code, Code::conflict);
    EXPECT_TRUE(fixture.close(effect));
    EXPECT_EQ(fixture.close(effect).error().code, Code::conflict);
}

TEST(DeploymentStore, RunsBeforeOnceForAVersion) {
    DeploymentStoreFixture fixture;
    const auto id = fixture.insert("deploy");
    const MigrationKey key{fixture.repository, "production", "web", "sha256:1"};
    const auto begin = [&](Transaction& tx) { return begin_migration(tx, key, id); };
    const auto end = [&](Transaction& tx) { return end_migration(tx, key, "failed"); };
    const auto clear = [&](Transaction& tx) { return clear_migration(tx, key, "mona"); };

    EXPECT_TRUE(fixture.try_write(begin));
    EXPECT_EQ(fixture.try_write(begin).error().code, Code::conflict);
    EXPECT_TRUE(fixture.try_write(end));
    EXPECT_EQ(fixture.try_write(begin).error().code, Code::conflict);
    EXPECT_TRUE(fixture.try_write(clear));
    EXPECT_TRUE(fixture.try_write(begin));
}
