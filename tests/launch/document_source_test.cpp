#include "launch/document_source.hpp"

#include "access/secrets.hpp"
#include "launch/deploy_lock.hpp"
#include "model/job_document.hpp"
#include "queue/queue_fixture.hpp"
#include "support/random.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace triphammer::launch {

namespace {

struct Documents : ::testing::Test, triphammer::testing::QueueFixture {
    /// What the runner of this claim would get.
    Result<model::JobDocument> make(const queue::Claim& claim) {
        return try_write([&](store::Transaction& tx) -> Result<model::JobDocument> {
            const auto attempt = store::find_attempt(tx, claim.fence);
            const AttachedRunner runner{*attempt, claim.job, {}, {}};
            const auto text = DocumentSource{settings, sealer}.make_document(tx, runner);
            if (!text) return text.error();
            return nlohmann::json::parse(*text).get<model::JobDocument>();
        });
    }

    queue::Claim claim_job(const plan::PlannedJob& planned) {
        auto plan = make_plan({});
        plan.runs[0].jobs = {planned};
        write([&](store::Transaction& tx) -> Result<> {
            auto runs = queue::create_runs(tx, {.repository = repository}, plan);
            if (!runs) return runs.error();
            return {};
        });
        return claim().value();
    }

    static plan::PlannedJob deploy_job() {
        auto job = planned("ship", {});
        job.kind = model::JobKind::deploy;
        job.environment = "production";
        job.definition.deploy = model::DeploySpec{};
        job.definition.deploy->to = "container";
        job.definition.deploy->service.text = "app";
        return job;
    }

    void set_secret(const std::string& name, const std::string& value, bool is_production) {
        access::NewSecret secret;
        secret.scope.repository = repository;
        if (is_production) secret.scope.environment = "production";
        secret.name = name;
        secret.value = Secret{value};
        secret.actor = "mona";
        write([&](store::Transaction& tx) { return access::set_secret(tx, sealer, secret); });
    }

    triphammer::testing::SeededRandom random{1};
    access::Sealer sealer{Secret{std::string(32, 'k')}, random};
    DocumentSettings settings;
};

}  // namespace

TEST_F(Documents, HoldTheJobItsSourceAndWhereItRuns) {
    settings.server_id = "0123456789abcdef";
    settings.runs_on = {{"big", "docker:debian:12"}};
    settings.docker_host = "unix:///run/engine.sock";
    auto job = planned("build", {});
    job.label = "big";

    const auto document = make(claim_job(job)).value();

    EXPECT_EQ(document.server_id, "0123456789abcdef");
    EXPECT_EQ(document.job.key, "build");
    EXPECT_EQ(document.source.repository, "octo/roof");
    EXPECT_EQ(document.source.ref, "refs/heads/main");
    EXPECT_EQ(document.executor.kind, "docker");
    EXPECT_EQ(document.executor.image, "debian:12");
    EXPECT_EQ(document.executor.docker_host, "unix:///run/engine.sock");
    const auto contexts = nlohmann::json::parse(document.contexts_json);
    EXPECT_EQ(contexts["needs"], nlohmann::json::object());
}

TEST_F(Documents, HoldTheTimeLimitThatTheJobAsksFor) {
    auto usual = planned("build", {});
    auto short_one = planned("build", {});
    short_one.definition.timeout_minutes.text = "${{ fromJSON('1.5') }}";
    auto wrong = planned("build", {});
    wrong.definition.timeout_minutes.text = "${{ 'soon' }}";

    auto not_given = planned("build", {});
    not_given.definition.timeout_minutes.text = "${{ fromJSON('0') }}";

    EXPECT_EQ(make(claim_job(usual))->timeout_seconds, 6 * 3600);
    EXPECT_EQ(make(claim_job(not_given))->timeout_seconds, 6 * 3600);
    EXPECT_EQ(make(claim_job(short_one))->timeout_seconds, 90);
    EXPECT_EQ(make(claim_job(wrong)).error().code, Code::invalid);
}

TEST_F(Documents, NameTheLabelsThereAreForOneThatIsNot) {
    settings.runs_on = {{"big", "host"}};
    auto job = planned("build", {});
    job.label = "gpu";

    const auto document = make(claim_job(job));

    ASSERT_EQ(document.error().code, Code::invalid);
    EXPECT_NE(document.error().message.find("'gpu'"), std::string::npos);
    EXPECT_NE(document.error().message.find("big"), std::string::npos);
}

TEST(FindExecutor, WantsAMachineThatHasAllLabels) {
    DocumentSettings settings;
    settings.runs_on = {{"Big", "docker:debian:12"}, {"gpu", "docker:cuda"}};
    const auto image_of = [&settings](const std::string& labels) {
        const auto executor = find_executor(settings, labels);
        return executor ? executor->image : executor.error().message;
    };

    EXPECT_EQ(image_of("big"), "debian:12");
    EXPECT_EQ(image_of("self-hosted,Linux,big"), "debian:12");
    EXPECT_EQ(find_executor(settings, "self-hosted,linux")->kind, "host");
    EXPECT_EQ(find_executor(settings, "")->kind, "host");
    EXPECT_EQ(find_executor(settings, "self-hosted,ubuntu-22.04")->kind, "host");
    EXPECT_EQ(image_of("big,gpu"), "no executor has all the labels 'big,gpu'");
    EXPECT_NE(image_of("self-hosted,windows").find("label 'windows'"), std::string::npos);
}

TEST(FindExecutor, TakesNoOtherProcessorUnlessItIsToldTo) {
#if defined(__x86_64__)
    const std::string label = "ubuntu-24.04-arm";
#else
    const std::string label = "ubuntu-24.04-x64";
#endif
    DocumentSettings settings;

    const auto refused = find_executor(settings, label);
    settings.runs_on = {{label, "host"}};
    const auto mapped = find_executor(settings, label);

    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("the label '" + label + "'"), std::string::npos);
    EXPECT_NE(refused.error().message.find("runs_on: { " + label), std::string::npos);
    EXPECT_EQ(mapped->kind, "host");
}

TEST_F(Documents, TellWhatBecameOfWhatTheJobNeeds) {
    create({{"build", {}}, {"test", {"build"}}});
    const auto hold = run_next();
    ASSERT_TRUE(finish(hold));

    const auto document = make(claim().value()).value();

    const auto contexts = nlohmann::json::parse(document.contexts_json);
    EXPECT_EQ(contexts["github"]["job"], "test");
    EXPECT_EQ(contexts["needs"]["build"]["result"], "success");
}

TEST_F(Documents, GiveTheSecretsOfAnEnvironmentToItsJobsOnly) {
    set_secret("KEY", "of the repository", false);
    set_secret("PASSWORD", "of production", true);

    const auto build = make(claim_job(planned("build", {}))).value();
    const auto ship = make(claim_job(deploy_job())).value();

    ASSERT_EQ(build.secrets.size(), 1U);
    EXPECT_EQ(build.secrets[0].name, "KEY");
    EXPECT_EQ(build.secrets[0].value.reveal(), "of the repository");
    EXPECT_EQ(ship.secrets.size(), 2U);
}

TEST_F(Documents, OfADeploymentHaveItsRowAndTheSwitchesImage) {
    settings.switch_image = "nginx:stable";

    const auto document = make(claim_job(deploy_job())).value();

    EXPECT_EQ(document.deployment.id, "1");
    EXPECT_EQ(document.deployment.environment, "production");
    EXPECT_EQ(document.deployment.effects_json, "[]");
    EXPECT_EQ(document.deployment.switch_image, "nginx:stable");
    EXPECT_EQ(number("SELECT count(*) FROM deployments WHERE state = 'running'"), 1);
}

TEST_F(Documents, NameTheServiceThatTheLockIsAbout) {
    auto ship = deploy_job();
    ship.definition.deploy->service.text = "${{ matrix.app }}-web";
    ship.contexts_json = R"({"matrix": {"app": "shop"}})";

    const auto document = make(claim_job(ship)).value();

    EXPECT_EQ(document.job.deploy->service.text, "shop-web");
    EXPECT_EQ(number("SELECT count(*) FROM deployments WHERE target = 'container/shop-web'"), 1);
}

TEST_F(Documents, AreRefusedToADeploymentWithoutItsLock) {
    ASSERT_TRUE(make(claim_job(deploy_job())));

    const auto second = make(claim_job(deploy_job()));

    EXPECT_EQ(second.error().code, Code::conflict);
    EXPECT_NE(second.error().message.find("container/app"), std::string::npos);
}

}  // namespace triphammer::launch
