#include "runner/deploy/aws/ecs_plan.hpp"

#include "runner/deploy/aws/image.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::runner;
using std::chrono::milliseconds;

namespace {

class EcsPlans : public ::testing::Test {
  protected:
    EcsPlans() {
        spec.to = "ecs";
        spec.service = text("web");
        spec.image = text("registry.test/app@sha256:" + std::string(64, 'a'));
    }

    static model::Template text(std::string value) { return {std::move(value), {}}; }

    static Result<std::string> evaluate(const model::Template& value) { return value.text; }

    Result<EcsPlan> make() const { return make_ecs_plan(spec, evaluate); }

    std::string reason() const { return make().error().message; }

    model::DeploySpec spec;
};

}  // namespace

TEST_F(EcsPlans, RollInTheDefaultClusterAndWaitAsLongAsAwsDoes) {
    const auto plan = make().value();

    EXPECT_EQ(plan.cluster, "default");
    EXPECT_FALSE(plan.is_native);
    EXPECT_TRUE(plan.rolls_back);
    EXPECT_EQ(plan.patience.interval, milliseconds{5'000});
    EXPECT_EQ(plan.patience.timeout, milliseconds{900'000});
}

TEST_F(EcsPlans, BakeInWholeMinutesWithBlueGreen) {
    spec.bake = text("90s");
    EXPECT_EQ(reason(), "bake needs strategy: blue-green, canary or linear");
    spec.strategy = "blue-green";
    EXPECT_EQ(make().value().bake_minutes, 2);
    spec.bake = text("25h");
    EXPECT_EQ(reason(), "bake: '25h' is not a duration (10s, 2m)");
}

TEST_F(EcsPlans, RefuseWhatIsTheTaskDefinitionsOwn) {
    spec.ports = {text("80:80")};
    EXPECT_EQ(reason(), "'ports' is the task definition's or the service's, not the workflow's");
    spec.ports.clear();
    spec.env = {{"LOG", text("debug")}};
    EXPECT_NE(reason().find("the variable LOG is the task definition's"), std::string::npos);
    spec.env = {{"AWS_ENDPOINT_URL_ECS", text("http://10.0.0.1")}};
    EXPECT_NE(reason().find("not a workflow"), std::string::npos);
    spec.env = {{"AWS_REGION", text("eu-west-1")}};
    EXPECT_TRUE(make().has_value());
    spec.health.http = text("/healthz");
    EXPECT_NE(reason().find("AWS itself asks for health here"), std::string::npos);
}

TEST_F(EcsPlans, RefuseOtherStrategies) {
    spec.strategy = "recreate";
    EXPECT_NE(reason().find("rolling, blue-green, canary and linear are"), std::string::npos);
}

TEST(EcrRegistries, AreKnownByTheirHost) {
    const auto found = parse_ecr_registry("123456789012.dkr.ecr.eu-west-1.amazonaws.com").value();
    EXPECT_EQ(found.account, "123456789012");
    EXPECT_EQ(found.region, "eu-west-1");
    EXPECT_TRUE(parse_ecr_registry("1.dkr.ecr.cn-north-1.amazonaws.com.cn"));
    for (const auto* other :
         {"docker.io",
          "ghcr.io",
          "public.ecr.aws",
          "1.dkr.ecr.eu-west-1.amazonaws.com.evil.test",
          "1.dkr.ecr.eu-west-1.evil.test"}) {
        EXPECT_FALSE(parse_ecr_registry(other)) << other;
    }
}

namespace {

class AlbPlans : public EcsPlans {
  protected:
    AlbPlans() {
        spec = {};
        spec.to = "alb";
        spec.listener = text("arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/a/b/c");
        spec.weights = {{"blue", text("0")}, {"green", text("100")}};
    }

    Result<AlbPlan> make_alb() const { return make_alb_plan(spec, evaluate); }

    std::string alb_reason() const { return make_alb().error().message; }
};

}  // namespace

TEST_F(AlbPlans, AreLessPatientThanWhatOnlyStarts) {
    spec.verify.http = text("/healthz");
    spec.verify.timeout = text("5s");
    const auto plan = make_alb().value();

    EXPECT_EQ(plan.weights.at("green"), 100);
    EXPECT_EQ(plan.patience.timeout, milliseconds{60'000});
    EXPECT_EQ(plan.verify.timeout, milliseconds{5'000});
    EXPECT_EQ(plan.path, "/healthz");
}

TEST_F(AlbPlans, RefuseWhatLeadsNowhere) {
    spec.weights = {{"blue", text("0")}};
    EXPECT_EQ(alb_reason(), "all weights are 0: nobody would answer");
    spec.weights = {{"blue", text("1000")}};
    EXPECT_EQ(alb_reason(), "weights.blue is not a number from 0 to 999");
    spec.weights = {{"blue", text("1")}};
    spec.listener = text("shop");
    EXPECT_NE(alb_reason().find("is not the ARN of a listener"), std::string::npos);
}

TEST_F(AlbPlans, AskNoAddressOfTheWorkflow) {
    spec.verify.http = text("http://169.254.169.254/");
    EXPECT_NE(alb_reason().find("is not a path"), std::string::npos);
    spec.verify.http = text("/");
    spec.verify.port = text("22");
    EXPECT_NE(alb_reason().find("verify asks the listener itself"), std::string::npos);
    spec.verify.port = {};
    spec.health.http = text("/");
    EXPECT_NE(alb_reason().find("AWS itself asks for health"), std::string::npos);
}

TEST_F(EcsPlans, RetireAServiceByItsName) {
    spec.image = {};
    spec.retire = text("web-green");
    const auto plan = make_retire_plan(spec, evaluate).value();

    EXPECT_EQ(plan.service, "web-green");
    EXPECT_EQ(plan.cluster, "default");
}
