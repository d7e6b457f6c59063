#include "deployments/redeploy.hpp"

#include "deployments/redeploy_fixture.hpp"
#include "store/deployments/approval_store.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using deployments::RedeployKind;
using deployments::RedeployRequest;
using model::DeploymentState;
using nlohmann::json;
using triphammer::testing::digest_of;
using triphammer::testing::Redeploys;

TEST_F(Redeploys, GoesBackToTheLastGoodRowWithAnotherDigest) {
    const auto good = deployed("production", 'a');
    deployed("production", 'b', DeploymentState::failed);
    deployed("production", 'c', DeploymentState::rolled_back);
    const auto live = deployed("production", 'd');

    const auto made = start(rollback());

    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(source_of(*made), good);
    const auto row = db.read([&](store::Connection& reader) {
        return *store::find_redeployment(reader, store::list_jobs(reader, *made).front().id);
    });
    EXPECT_EQ(row.replaces, live);
    EXPECT_EQ(row.kind, "rollback");
}

TEST_F(Redeploys, ItsRunHasOneJobWithTheDigestPinnedAndWhatItNeeded) {
    deployed("production", 'a');
    deployed("production", 'b');

    const auto made = start(rollback());

    ASSERT_TRUE(made) << made.error().message;
    const auto [its_run, its_jobs] = db.read([&](store::Connection& reader) {
        return std::pair{*store::find_run(reader, *made), store::list_jobs(reader, *made)};
    });
    ASSERT_EQ(its_jobs.size(), 1U);
    EXPECT_EQ(its_run.event, "workflow_dispatch");
    EXPECT_EQ(its_run.actor, "user:ada");
    EXPECT_EQ(its_run.sha, std::string(40, 'a'));
    EXPECT_EQ(json::parse(its_run.contexts_json)["github"]["triggering_actor"], "user:ada");
    const auto& only = its_jobs.front();
    EXPECT_EQ(only.state, model::JobState::queued);
    EXPECT_EQ(only.environment, "production");
    EXPECT_EQ(only.needs_json, "[]");
    const auto definition = json::parse(only.definition_json).get<model::JobDefinition>();
    EXPECT_EQ(definition.deploy->image.text, "registry/app@" + digest_of('a'));
    EXPECT_TRUE(definition.condition.empty());
    EXPECT_TRUE(definition.needs.empty());
    const auto contexts = json::parse(only.contexts_json);
    EXPECT_EQ(contexts["needs"]["image"]["outputs"]["tag"], "v7");
}

TEST_F(Redeploys, TheQuestionToPeopleNamesTheDigest) {
    deployed("production", 'a');
    deployed("production", 'b');
    const auto made = start(rollback());
    ASSERT_TRUE(made) << made.error().message;

    const auto digests =
        db.read([&](store::Connection& reader) { return store::image_digests(reader, *made); });

    EXPECT_EQ(json::parse(digests), json({{"production", digest_of('a')}}));
}

TEST_F(Redeploys, GoesFurtherBackAfterARollback) {
    const auto first = deployed("production", 'a');
    deployed("production", 'b');
    deployed("production", 'c');
    const auto back = start(rollback());
    ASSERT_TRUE(back) << back.error().message;
    // It serves b again.
    db.write([&](store::Transaction& tx) -> Result<> {
        const auto only = store::list_jobs(tx, *back).front();
        auto wanted = wanted_for(only.id);
        wanted.run = *back;
        wanted.image = "registry/app@" + digest_of('b');
        wanted.digest = digest_of('b');
        const auto id = store::insert_deployment(tx, wanted);
        if (auto started = store::start_deployment(tx, *id); !started) return started;
        return store::move_deployment(tx, {.id = *id});
    });

    const auto again = start(rollback());

    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(source_of(*again), first);
}

TEST_F(Redeploys, PromotesWhatServesByTheTargetsLatestDefinition) {
    deployed("production", 'a');
    deployed("production", 'b', DeploymentState::failed);
    const auto source = deployed("staging", 'c');
    deployed("staging", 'd', DeploymentState::failed);

    const auto made = start(promotion());

    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(source_of(*made), source);
    const auto only = job_of(*made);
    EXPECT_EQ(only.environment, "production");
    const auto definition = json::parse(only.definition_json).get<model::JobDefinition>();
    EXPECT_EQ(definition.key, "production");
    EXPECT_EQ(definition.deploy->image.text, "registry/app@" + digest_of('c'));
}

TEST_F(Redeploys, OfSeveralServicesPromotesTheOneOfTheSameImage) {
    deployed("production", 'a', DeploymentState::succeeded, "container/web");
    deployed("staging", 'b', DeploymentState::succeeded, "container/api");
    const auto web = deployed("staging", 'c', DeploymentState::succeeded, "container/web");

    const auto made = start(promotion());

    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(source_of(*made), web);
    // What changes is what was said, whatever the definition would call it with another commit.
    const auto its = json::parse(job_of(*made).definition_json).get<model::JobDefinition>();
    EXPECT_EQ(its.deploy->service.text, "web");
}

TEST_F(Redeploys, SaysWhyThereIsNothingToGoBackTo) {
    EXPECT_EQ(
        refusal(rollback()),
        "nothing was ever deployed to 'production': its first deployment comes from a run, which "
        "says how it is done"
    );
    const auto live = deployed("production", 'a');
    EXPECT_EQ(
        refusal(rollback()),
        "no earlier good deployment of container/app to 'production' has another digest than "
        "deployment " +
            to_text(live) + ", which serves now: push or promote what should serve"
    );
}

TEST_F(Redeploys, WaitsForNoLockThatAPersonHasToFree) {
    deployed("production", 'a');
    deployed("production", 'b');
    const auto odd = to_text(deployed("production", 'c', DeploymentState::unknown));
    EXPECT_EQ(
        refusal(rollback()),
        "deployment " + odd +
            " of container/app ended unknown: look at the target, then "
            "triphammer deployment settle " +
            odd + " succeeded|failed|rolled_back --comment TEXT"
    );
}

TEST_F(Redeploys, NamesTheRunThatIsUnderWay) {
    deployed("production", 'a');
    deployed("production", 'b');
    deployed("production", 'c', DeploymentState::running);
    EXPECT_NE(
        refusal(rollback()).find("is running: wait for it, or cancel run"), std::string::npos
    );
}

TEST_F(Redeploys, AsksForTheTargetWhereThereAreSeveral) {
    deployed("production", 'a');
    deployed("production", 'b', DeploymentState::succeeded, "container/web");
    deployed("production", 'c');

    EXPECT_EQ(
        refusal(rollback()),
        "'production' has several targets, name one: container/app, container/web"
    );
    auto named = rollback();
    named.target = "container/app";
    EXPECT_EQ(refusal(named), "");
    named.target = "container/ap";
    EXPECT_EQ(
        refusal(named),
        "'production' has no target 'container/ap'; there are container/app, container/web"
    );
}

TEST_F(Redeploys, DoesNotDeployADigestTwiceAtATime) {
    deployed("production", 'a');
    deployed("production", 'b');
    const auto made = start(rollback());
    ASSERT_TRUE(made) << made.error().message;

    EXPECT_EQ(
        refusal(rollback()),
        "run " + to_text(*made) +
            " deploys that digest to 'production' already: see what it waits for"
    );
}

TEST_F(Redeploys, TakesTheNamedRowOrSaysWhyNot) {
    const auto first = deployed("production", 'a');
    const auto bad = deployed("production", 'x', DeploymentState::failed);
    deployed("production", 'b');
    const auto live = deployed("production", 'c');
    const auto staged = deployed("staging", 'd');
    auto request = rollback();

    request.deployment = bad;
    EXPECT_NE(refusal(request).find("is failed: only one that succeeded"), std::string::npos);
    request.deployment = live;
    EXPECT_NE(refusal(request).find("already, by deployment"), std::string::npos);
    request.deployment = staged;
    EXPECT_NE(refusal(request).find("promote it instead"), std::string::npos);
    request.deployment = model::DeploymentId{999};
    EXPECT_EQ(refusal(request), "there is no deployment 999");
    request.deployment = first;
    const auto made = start(request);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(source_of(*made), first);
}

TEST_F(Redeploys, TakesNothingThatHasNoImage) {
    deployed("production", 'a');
    deployed("production", 'b');
    const auto source = [&] {
        return db.read([&](store::Connection& reader) {
            return store::find_good_before(
                reader, store::list_live(reader, repository, "production").at(0), digest_of('b')
            );
        });
    };
    const auto set = [&](const std::string& column, const std::string& value) {
        db.write([&](store::Transaction& tx) -> Result<> {
            tx.prepare("UPDATE deployments SET " + column + " = ?").bind(value).run();
            return {};
        });
    };
    EXPECT_TRUE(deployments::names_image(source().value()));

    set("driver", "terraform");
    EXPECT_FALSE(deployments::names_image(source().value()));
    EXPECT_NE(refusal(rollback()).find("applied a plan: revert its commit"), std::string::npos);
    set("driver", "alb");
    set("image", "");
    EXPECT_FALSE(deployments::names_image(source().value()));
    EXPECT_NE(refusal(rollback()).find("recorded no digest of an image"), std::string::npos);
}

TEST_F(Redeploys, RefusesANameThatWouldBecomeAnExpression) {
    deployed("${{ secrets.KEY }}", 'a');
    deployed("${{ secrets.KEY }}", 'b');
    auto request = rollback();
    request.environment = "${{ secrets.KEY }}";

    EXPECT_NE(refusal(request).find("looks like an expression"), std::string::npos);
}
