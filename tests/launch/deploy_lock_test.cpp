#include "launch/deploy_lock.hpp"

#include "queue/queue_fixture.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace triphammer::launch {

namespace {

struct DeployLock : ::testing::Test, triphammer::testing::QueueFixture {
    static void deploy_to(
        plan::PlannedJob& job, const std::string& service, const std::string& environment
    ) {
        job.kind = model::JobKind::deploy;
        job.environment = environment;
        job.definition.deploy = model::DeploySpec{};
        job.definition.deploy->to = "container";
        job.definition.deploy->service.text = service;
    }

    model::RunId create_deploy(
        const std::string& service, const std::string& environment = "production"
    ) {
        auto plan = make_plan({{"ship", {}}});
        deploy_to(plan.runs[0].jobs[0], service, environment);
        return create_planned(plan);
    }

    model::RunId create_deploy_on(const std::string& service, const std::string& host) {
        auto plan = make_plan({{"ship", {}}});
        auto& job = plan.runs[0].jobs[0];
        deploy_to(job, service, "production");
        job.definition.deploy->host.text = host;
        return create_planned(plan);
    }

    model::RunId create_apply(
        const std::string& directory,
        const std::string& environment,
        const std::string& workspace = ""
    ) {
        auto plan = make_plan({{"ship", {}}});
        auto& job = plan.runs[0].jobs[0];
        job.kind = model::JobKind::terraform;
        job.environment = environment;
        job.definition.terraform.emplace();
        job.definition.terraform->command = "apply";
        job.definition.terraform->directories = {{directory, {}}};
        job.definition.terraform->workspace.text = workspace;
        return create_planned(plan);
    }

    model::RunId create_applies(const std::vector<std::string>& directories) {
        auto plan = make_plan({{"ship", {}}});
        auto& job = plan.runs[0].jobs[0];
        job.kind = model::JobKind::terraform;
        job.environment = "production";
        job.definition.terraform.emplace();
        job.definition.terraform->command = "apply";
        for (const auto& directory : directories) {
            job.definition.terraform->directories.push_back({directory, {}});
        }
        return create_planned(plan);
    }

    /// Two legs of a matrix.
    model::RunId create_legs(const std::string& service) {
        auto plan = make_plan({{"a", {}}, {"b", {}}});
        for (auto& leg : plan.runs[0].jobs) {
            deploy_to(leg, service, "production");
            leg.contexts_json = R"({"matrix": {"app": ")" + leg.definition.key + R"("}})";
        }
        return create_planned(plan);
    }

    /// `ship` needs `build`, which ended with this output.
    model::RunId create_after_build(const std::string& service, const std::string& name) {
        auto plan = make_plan({{"build", {}}, {"ship", {"build"}}});
        deploy_to(plan.runs[0].jobs[1], service, "production");
        const auto run = create_planned(plan);
        const auto hold = run_next();
        queue::AttemptResult result;
        result.outputs_json = R"({"name": ")" + name + R"("})";
        write([&](store::Transaction& tx) { return queue::finish_attempt(tx, hold, result); });
        return run;
    }

    std::string target_of(model::RunId run, const std::string& key) {
        const auto id = job(run, key).id;
        return read([&](store::Connection& db) { return *store::find_deployment_of_job(db, id); }
        ).target;
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

TEST_F(DeployLock, IsOfTheServiceWhateverEnvironmentOrRepositoryNamesIt) {
    const auto first = create_deploy("app", "production");
    const auto staging = create_deploy("app", "staging");
    repository = add_repository("octo/cellar");
    const auto other = create_deploy("app", "production");

    EXPECT_FALSE(obstacle_of(first, "ship"));
    EXPECT_TRUE(obstacle_of(staging, "ship"));
    EXPECT_TRUE(obstacle_of(other, "ship"));
}

TEST_F(DeployLock, OfAnApplyIsTheFolderOfARepositoryInAnEnvironment) {
    const auto first = create_apply("infra", "production");
    const auto second = create_apply("infra", "Production");
    const auto staging = create_apply("infra", "staging");
    const auto network = create_apply("network", "production");
    repository = add_repository("octo/cellar");
    const auto other = create_apply("infra", "production");

    EXPECT_FALSE(obstacle_of(first, "ship"));
    EXPECT_EQ(target_of(first, "ship"), "terraform/infra of octo/roof in production");
    EXPECT_TRUE(obstacle_of(second, "ship"));
    for (const auto free : {staging, network, other}) EXPECT_FALSE(obstacle_of(free, "ship"));
}

TEST_F(DeployLock, OfAnApplyIsOneHoweverItsFolderIsWritten) {
    const auto first = create_apply("infra", "production");
    EXPECT_FALSE(obstacle_of(first, "ship"));

    for (const auto* same : {"./infra", "infra/", "a/../infra", " infra ", ".//infra/."}) {
        EXPECT_TRUE(obstacle_of(create_apply(same, "production"), "ship")) << same;
    }
    EXPECT_TRUE(obstacle_of(create_apply("infra", "production", "default"), "ship"));
    EXPECT_FALSE(obstacle_of(create_apply("infra", "production", "blue"), "ship"));
}

TEST_F(DeployLock, OfAnApplyIsOneForEachOfItsFolders) {
    const auto both = create_applies({"infra", "network"});
    const auto one = create_applies({"network"});
    const auto turned = create_applies({"dns", "infra"});
    const auto free = create_applies({"dns"});

    EXPECT_FALSE(obstacle_of(both, "ship"));
    EXPECT_EQ(
        obstacle_of(one, "ship"),
        "deployment 1 holds the lock of terraform/infra, network of octo/roof in production "
        "(running)"
    );
    EXPECT_TRUE(obstacle_of(turned, "ship"));
    EXPECT_FALSE(obstacle_of(free, "ship"));
}

TEST_F(DeployLock, OfAServiceOnAnEngineElsewhereIsThatEnginesAlone) {
    const auto here = create_deploy("app");
    const auto there = create_deploy_on("app", "ssh://deploy@${{ 'web1' }}");
    const auto again = create_deploy_on("app", "ssh://deploy@web1");
    const auto other = create_deploy_on("app", "ssh://deploy@web2");

    EXPECT_FALSE(obstacle_of(here, "ship"));
    EXPECT_FALSE(obstacle_of(there, "ship"));
    EXPECT_EQ(target_of(there, "ship"), "container/app at ssh://deploy@web1");
    EXPECT_TRUE(obstacle_of(again, "ship"));
    EXPECT_FALSE(obstacle_of(other, "ship"));
}

TEST_F(DeployLock, IsOfTheNameThatTheExpressionGives) {
    const auto legs = create_legs("${{ matrix.app }}-web");
    const auto fixed = create_deploy("b-web");

    EXPECT_FALSE(obstacle_of(legs, "a"));
    EXPECT_FALSE(obstacle_of(legs, "b"));
    EXPECT_EQ(target_of(legs, "a"), "container/a-web");
    EXPECT_TRUE(obstacle_of(fixed, "ship"));
}

TEST_F(DeployLock, IsTakenWhenTheOutputsThatNameTheServiceAreKnown) {
    const auto run = create_after_build("${{ needs.build.outputs.name }}", "shop");
    const auto fixed = create_deploy("shop");

    EXPECT_FALSE(obstacle_of(run, "ship"));
    EXPECT_EQ(target_of(run, "ship"), "container/shop");
    EXPECT_TRUE(obstacle_of(fixed, "ship"));
}

TEST_F(DeployLock, OfWhatIsNoNameIsNotTakenAndTheSentenceSaysWhy) {
    const auto empty = create_after_build("${{ needs.build.outputs.nothing }}", "shop");
    const auto hidden = create_after_build("${{ needs.build.outputs.name }}", "${{ secrets.KEY }}");
    const auto evaluate = [this](model::RunId id) {
        const auto row = job(id, "ship");
        const auto definition =
            nlohmann::json::parse(row.definition_json).get<model::JobDefinition>();
        return try_write([&](store::Transaction& tx) {
            auto deploy = *deploy_spec_of(definition);
            return evaluate_target(tx, *store::find_run(tx, id), row, definition, deploy);
        });
    };

    for (const auto run : {empty, hidden}) {
        EXPECT_FALSE(obstacle_of(run, "ship"));
        EXPECT_EQ(evaluate(run).error().code, Code::invalid);
        EXPECT_NE(evaluate(run).error().message.find("gives no name"), std::string::npos);
    }
    EXPECT_EQ(number("SELECT count(*) FROM deployments"), 0);
}

TEST_F(DeployLock, NamesTheKeyOfAnApplyThatGivesNoName) {
    const auto run = create_apply("${{ vars.NOTHING }}", "production");
    const auto row = job(run, "ship");
    const auto definition = nlohmann::json::parse(row.definition_json).get<model::JobDefinition>();

    const auto named = try_write([&](store::Transaction& tx) {
        auto deploy = *deploy_spec_of(definition);
        return evaluate_target(tx, *store::find_run(tx, run), row, definition, deploy);
    });

    EXPECT_EQ(named.error().message.rfind("terraform.directory: ", 0), 0U) << named.error().message;
}

TEST_F(DeployLock, IsNoMatterOfOtherJobs) {
    const auto build = create({{"build", {}}});

    EXPECT_FALSE(obstacle_of(build, "build"));
    EXPECT_EQ(number("SELECT count(*) FROM deployments"), 0);
}

}  // namespace triphammer::launch
