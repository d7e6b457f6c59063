#include "runner/deploy/swarm/spec.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace triphammer;
using namespace triphammer::runner;
using nlohmann::json;

namespace {

DeployPlan a_swarm_plan() {
    DeployPlan plan;
    plan.service = "app";
    plan.replicas = 2;
    plan.env = {{"KEY", "a=b"}};
    plan.volumes = {"data:/data:ro"};
    plan.ports = {{8080, 80, "", "tcp"}};
    plan.networks = {"front"};
    plan.health.kind = ProbeSpec::Kind::http;
    plan.health.path = "/up?a='b'";
    plan.health.port = 80;
    return plan;
}

json make_spec(const DeployPlan& plan) {
    DeployNames names;
    names.server_id = "s1";
    names.deployment = "7";
    names.repository = "mona/app";
    names.environment = "production";
    names.service = "app";
    return json::parse(make_service_spec(plan, names, "r/app@sha256:aa", 2, "before"));
}

}  // namespace

TEST(SwarmSpec, SaysWhoseItIsOnTheServiceAndOnItsContainers) {
    const auto spec = make_spec(a_swarm_plan());
    const auto& container = spec["TaskTemplate"]["ContainerSpec"];

    EXPECT_EQ(spec["Name"], "app");
    EXPECT_EQ(spec["Labels"]["triphammer.deployment"], "7");
    EXPECT_EQ(spec["Labels"][kEffectLabel], "2");
    EXPECT_EQ(spec["Labels"][kBeforeLabel], "before");
    EXPECT_EQ(container["Labels"]["triphammer.deployment"], "7");
    EXPECT_EQ(container["Labels"][kEffectLabel], "2");
    EXPECT_EQ(container["Image"], "r/app@sha256:aa");
    EXPECT_TRUE(docker::labels_of_spec(spec.dump()).contains(kBeforeLabel));
}

TEST(SwarmSpec, LeavesNoWayBackToTheSwarm) {
    auto plan = a_swarm_plan();
    const auto rolling = make_spec(plan)["UpdateConfig"];
    plan.stops_first = true;

    EXPECT_EQ(rolling["Order"], "start-first");
    EXPECT_EQ(rolling["FailureAction"], "pause");
    EXPECT_EQ(make_spec(plan)["UpdateConfig"]["Order"], "stop-first");
}

TEST(SwarmSpec, TellsWhatTheWorkflowAsksFor) {
    const auto spec = make_spec(a_swarm_plan());
    const auto& container = spec["TaskTemplate"]["ContainerSpec"];

    EXPECT_EQ(spec["Mode"]["Replicated"]["Replicas"], 2);
    EXPECT_EQ(container["Env"][0], "KEY=a=b");
    EXPECT_EQ(container["Mounts"][0]["Source"], "data");
    EXPECT_EQ(container["Mounts"][0]["ReadOnly"], true);
    EXPECT_EQ(spec["TaskTemplate"]["Networks"][0]["Target"], "front");
    EXPECT_EQ(spec["EndpointSpec"]["Ports"][0]["PublishedPort"], 8080);
    EXPECT_EQ(spec["EndpointSpec"]["Ports"][0]["TargetPort"], 80);
}

TEST(SwarmSpec, AsksForHealthInsideWithoutTrustInTheText) {
    auto plan = a_swarm_plan();
    const auto test = health_test(plan.health);

    ASSERT_EQ(test.size(), 2U);
    EXPECT_NE(test[1].find("?a='\\''b'\\'''"), std::string::npos) << test[1];
    plan.health.kind = ProbeSpec::Kind::none;
    EXPECT_TRUE(health_test(plan.health).empty());
    EXPECT_FALSE(make_spec(plan)["TaskTemplate"]["ContainerSpec"].contains("Healthcheck"));
}

TEST(SwarmSpec, ReadsServicesAndTasksOfTheEngine) {
    const auto service = docker::parse_service(json::parse(R"({
        "ID": "s", "Version": {"Index": 9}, "Spec": {"Name": "app", "Labels": {"a": "b"},
        "TaskTemplate": {"ContainerSpec": {"Image": "i@sha256:1"}},
        "Mode": {"Replicated": {"Replicas": 3}}},
        "UpdateStatus": {"State": "paused", "Message": "why"}})"));
    const auto task = docker::parse_task(json::parse(R"({
        "ID": "t", "NodeID": "n", "DesiredState": "shutdown", "Spec": {"ContainerSpec":
        {"Image": "i@sha256:1"}}, "Status": {"State": "rejected", "Err": "no such image",
        "ContainerStatus": {"ContainerID": "c", "ExitCode": 0}}})"));

    ASSERT_TRUE(service);
    EXPECT_EQ(service->version, 9U);
    EXPECT_EQ(service->replicas, 3U);
    EXPECT_EQ(service->update_state, "paused");
    EXPECT_TRUE(service->previous_spec.empty());
    EXPECT_EQ(task.state, "rejected");
    EXPECT_EQ(task.error, "no such image");
    EXPECT_EQ(digest_in(task.image), "sha256:1");
    for (const char* odd : {"[]", "{}", R"({"ID": 7, "Spec": [], "Version": "x"})", "null"}) {
        EXPECT_EQ(docker::parse_service(json::parse(odd)).error().code, Code::protocol) << odd;
        EXPECT_EQ(docker::parse_task(json::parse(odd)).state, "") << odd;
    }
}
