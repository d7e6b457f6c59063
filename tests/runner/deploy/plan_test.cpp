#include "runner/deploy/plan.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

using namespace triphammer;
using namespace triphammer::runner;
using std::chrono::milliseconds;

namespace {

class DeployPlans : public ::testing::Test {
  protected:
    DeployPlans() {
        document.job.deploy = model::DeploySpec{};
        spec().to = "container";
        spec().service = text("app");
        spec().image = text("registry.test/app@sha256:" + std::string(64, 'a'));
    }

    model::DeploySpec& spec() { return *document.job.deploy; }

    static model::Template text(std::string value) { return {std::move(value), {}}; }

    Result<DeployPlan> make() const {
        return make_deploy_plan(document, [](const auto& value) {
            return Result<std::string>{value.text};
        });
    }

    std::string reason() const { return make().error().message; }

    model::JobDocument document;
};

}  // namespace

TEST(Ports, AreHostAndContainer) {
    const auto plain = parse_port("8080:80").value();
    const auto bound = parse_port("127.0.0.1:8080:80/udp").value();

    EXPECT_EQ(plain.host_port, 8080);
    EXPECT_EQ(plain.container_port, 80);
    EXPECT_EQ(plain.protocol, "tcp");
    EXPECT_EQ(bound.host_address, "127.0.0.1");
    EXPECT_EQ(bound.protocol, "udp");
    for (const char* bad : {"", "80", "80:", ":80", "0:80", "80:70000", "80:80/sctp", "a:b"}) {
        EXPECT_FALSE(parse_port(bad)) << bad;
    }
}

TEST_F(DeployPlans, GiveNoNetworkOfTheMachine) {
    for (const char* driver : {"container", "swarm"}) {
        spec().to = driver;
        spec().networks = {text("front"), text("host")};

        EXPECT_NE(
            reason().find("'host' is the network of the engine's machine"), std::string::npos
        );
    }
}

TEST_F(DeployPlans, RecreateWhereThePortHasNoSwitch) {
    spec().ports = {text("8080:80")};

    const auto direct = make().value();
    spec().switch_by = "nginx";
    const auto switched = make().value();

    EXPECT_EQ(direct.strategy, rollout::Strategy::recreate);
    EXPECT_FALSE(direct.has_switch);
    EXPECT_EQ(switched.strategy, rollout::Strategy::blue_green);
    EXPECT_TRUE(switched.has_switch);
}

TEST_F(DeployPlans, RefuseBlueGreenOnAPortOfNobody) {
    spec().ports = {text("8080:80")};
    spec().strategy = "blue-green";

    EXPECT_NE(reason().find("switch: nginx"), std::string::npos) << reason();
}

TEST_F(DeployPlans, NameWhatIsNotSupportedYet) {
    spec().to = "ecs";
    EXPECT_NE(reason().find("'ecs' is not supported yet"), std::string::npos);
    spec().to = "container";
    spec().strategy = "canary";
    EXPECT_NE(reason().find("canary is not supported yet"), std::string::npos);
    spec().strategy = "";
    spec().switch_by = "haproxy";
    EXPECT_NE(reason().find("nginx, kamal-proxy and alias are there"), std::string::npos);
}

TEST_F(DeployPlans, LeadANameInTheFirstNetworkWithoutAPort) {
    spec().switch_by = "alias";
    EXPECT_NE(reason().find("the first one is where"), std::string::npos) << reason();
    spec().networks = {text("bridge")};
    EXPECT_NE(reason().find("no container has a name"), std::string::npos) << reason();
    spec().networks = {text("front"), text("back")};

    const auto plan = make().value();
    spec().ports = {text("8080:80")};
    const auto with_port = reason();
    spec().ports.clear();
    spec().strategy = "recreate";
    const auto recreated = reason();
    spec().strategy = "";
    spec().service = text("my app");

    EXPECT_TRUE(plan.has_switch);
    EXPECT_EQ(plan.strategy, rollout::Strategy::blue_green);
    EXPECT_NE(with_port.find("ports say switch: nginx"), std::string::npos) << with_port;
    EXPECT_NE(recreated.find("blue-green alone"), std::string::npos) << recreated;
    EXPECT_NE(reason().find("'my app' cannot be a name"), std::string::npos) << reason();
}

TEST_F(DeployPlans, GiveKamalsProxyOnePortAndAPathToAsk) {
    spec().switch_by = "kamal-proxy";
    spec().ports = {text("8080:80")};
    const auto blind = reason();
    spec().health.http = text("/up");
    const bool is_fine = static_cast<bool>(make());
    spec().ports.push_back(text("8443:443"));

    EXPECT_NE(blind.find("needs health.http"), std::string::npos) << blind;
    EXPECT_TRUE(is_fine);
    EXPECT_NE(reason().find("leads one port"), std::string::npos) << reason();
}

TEST_F(DeployPlans, GiveNoFolderOfTheHost) {
    for (const char* bad :
         {"/etc:/data",
          "./data:/data",
          "data",
          ":/data",
          "data:relative",
          "{{\"compose_data\"}}:/data"}) {
        spec().volumes = {text(bad)};
        EXPECT_FALSE(make()) << bad;
    }
    spec().volumes = {text("data:/data:ro")};
    EXPECT_TRUE(make());
}

TEST_F(DeployPlans, ReadTheHealthGate) {
    spec().health.http = text("/healthz");
    spec().health.port = text("8080");
    spec().health.hold = text("10s");
    spec().health.timeout = text("2m");

    const auto health = make().value().health;

    EXPECT_EQ(health.kind, ProbeSpec::Kind::http);
    EXPECT_EQ(health.port, 8080);
    EXPECT_EQ(health.hold, milliseconds{10'000});
    EXPECT_EQ(health.timeout, milliseconds{120'000});
}

TEST_F(DeployPlans, RefuseValuesThatCannotBeRead) {
    spec().drain = text("soon");
    EXPECT_NE(reason().find("drain: 'soon'"), std::string::npos) << reason();
    spec().drain = {};
    spec().health.http = text("healthz");
    EXPECT_NE(reason().find("health.http"), std::string::npos) << reason();
    spec().health.http = {};
    spec().image = text("Not An Image");
    EXPECT_EQ(make().error().code, Code::invalid);
}

TEST_F(DeployPlans, TakeAnImageById) {
    spec().image = text("sha256:" + std::string(64, 'b'));

    EXPECT_EQ(make().value().image_id, "sha256:" + std::string(64, 'b'));
}

// ── swarm ────────────────────────────────────────────────────────────────────────────────────

TEST_F(DeployPlans, RollOnASwarmAndStopFirstWhereTwoWouldWrite) {
    spec().to = "swarm";
    spec().replicas = text("3");
    spec().ports = {text("8080:80")};
    spec().health.http = text("/up");
    spec().verify.http = text("/up");
    const auto plain = make().value();
    spec().volumes = {text("data:/data")};
    const auto writing = make().value();
    spec().volumes.clear();
    spec().strategy = "recreate";
    const auto recreated = make().value();

    EXPECT_EQ(plain.strategy, rollout::Strategy::rolling);
    EXPECT_EQ(plain.replicas, 3);
    EXPECT_FALSE(plain.stops_first);
    EXPECT_EQ(plain.health.port, 80);
    EXPECT_EQ(plain.verify.port, 8080);
    EXPECT_TRUE(writing.stops_first);
    EXPECT_TRUE(recreated.stops_first);
}

TEST_F(DeployPlans, RefuseWhatASwarmDoesNotDo) {
    using Change = std::function<void(model::DeploySpec&)>;
    const std::vector<std::pair<const char*, Change>> cases{
        {"take switch away", [](auto& deploy) { deploy.switch_by = "nginx"; }},
        {"keep-previous", [](auto& deploy) { deploy.keep_previous = text("1h"); }},
        {"blue-green is not supported", [](auto& deploy) { deploy.strategy = "blue-green"; }},
        {"every node", [](auto& deploy) { deploy.ports = {text("127.0.0.1:8080:80")}; }},
        {"health.tcp", [](auto& deploy) { deploy.health.tcp = text("80"); }},
        {"health.http needs a port", [](auto& deploy) { deploy.health.http = text("/up"); }},
        {"verify needs a port", [](auto& deploy) { deploy.verify.http = text("/up"); }},
        {"not a number from 1", [](auto& deploy) { deploy.replicas = text("0"); }},
        {"from a registry",
         [](auto& deploy) { deploy.image = text("sha256:" + std::string(64, 'a')); }},
    };
    const auto plain = spec();
    for (const auto& [words, change] : cases) {
        spec() = plain;
        spec().to = "swarm";
        change(spec());
        EXPECT_NE(reason().find(words), std::string::npos) << reason();
    }
}
