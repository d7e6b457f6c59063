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
    EXPECT_EQ(reason(), "bake needs strategy: blue-green");
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
    spec.strategy = "canary";
    EXPECT_NE(reason().find("rolling and blue-green are"), std::string::npos);
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
