// The switch `alias`: the name of the service in a network, as a neighbour there sees it.
#include "docker/network_names.hpp"
#include "engine/deploy_fixture.hpp"

using namespace triphammer;
using model::DeploymentState;
using triphammer::testing::Deployments;
using triphammer::testing::must;
using triphammer::testing::RecordingSession;

namespace {

/// A neighbour asks for the name without a pause, and notes whether somebody has it.
constexpr const char* kNeighbour =
    "while :; do if nslookup app >/dev/null 2>&1; then echo found; else echo gone; fi >> /asked; "
    "done";
/// What it asked before anybody had the name may take seconds to fail.
constexpr const char* kForgetWhatWasBefore =
    "for i in $(seq 300); do grep -q found /asked && break; sleep 0.1; done; : > /asked";

class ByAlias : public Deployments {
  protected:
    void SetUp() override {
        Deployments::SetUp();
        network = "front-" + std::to_string(port);
        with_engine([this](docker::Engine& engine) { return make_neighbour(engine); });
    }

    static Change by_alias(const std::string& network, const Change& more = {}) {
        return [network, more](RecordingSession& session) {
            auto& deploy = *session.document_.job.deploy;
            deploy.switch_by = "alias";
            deploy.ports.clear();
            deploy.networks = {text(network)};
            deploy.health.port = text("8000");
            if (more) more(session);
        };
    }

    runner::JobOutcome ship(const std::string& image, const Change& more = {}) {
        return deploy(image, by_alias(network, more));
    }

    /// What the neighbour gets under the name.
    std::string fetch() { return inside({"wget", "-q", "-O", "-", "http://app:8000/"}); }

    std::string inside(std::vector<std::string> command) {
        std::string out;
        with_engine([&](docker::Engine& engine) -> Task<> {
            auto executing = must(engine.exec("neighbour-" + network, std::move(command)));
            const auto outcome = co_await std::move(executing);
            out = outcome.output;
        });
        return out;
    }

    /// Deployments that have joined the network.
    std::vector<std::string> members() {
        std::vector<std::string> out;
        with_engine([&](docker::Engine& engine) -> Task<> {
            auto names = docker::NetworkNames::at(
                triphammer::testing::setting("DOCKER_HOST"), engine.version().api
            );
            auto listing = must(names->list(network));
            const auto all = co_await std::move(listing);
            for (const auto& one : all) {
                if (one.labels.contains(model::kDeploymentLabel)) out.push_back(one.name);
            }
        });
        return out;
    }

    Task<> make_neighbour(docker::Engine& engine) {
        const docker::Labels labels{{model::kServerLabel, server}};
        auto networking = must(engine.create_network(network, labels));
        co_await std::move(networking);
        docker::ContainerSpec spec;
        spec.name = "neighbour-" + network;
        spec.image = "triphammer/busybox";
        spec.command = {"sh", "-c", kNeighbour};
        spec.labels = labels;
        spec.network = network;
        spec.init = true;
        auto creating = must(engine.create_container(std::move(spec)));
        const auto id = co_await std::move(creating);
        auto starting = must(engine.start_container(id));
        co_await std::move(starting);
    }

    std::string network;
};

}  // namespace

TEST_F(ByAlias, LeadTheNameToTheNewVersionAndNeverToNobody) {
    const auto first = ship(make_image("one"));
    const auto answer_one = fetch();
    const auto image = make_image("two");
    inside({"sh", "-c", kForgetWhatWasBefore});

    const auto second = ship(image);

    EXPECT_EQ(first.deployment, DeploymentState::succeeded) << first.reason << log;
    EXPECT_EQ(answer_one, "one");
    ASSERT_EQ(second.deployment, DeploymentState::succeeded) << second.reason << log;
    EXPECT_EQ(fetch(), "two");
    const auto asked = inside({"cat", "/asked"});
    EXPECT_NE(asked.find("found"), std::string::npos);
    EXPECT_EQ(asked.find("gone"), std::string::npos) << asked.substr(0, 500);
    EXPECT_EQ(members(), std::vector<std::string>{container(deployment, 1)});
    EXPECT_EQ(second.outputs.at("container"), second.outputs.at("object"));
}

TEST_F(ByAlias, GiveTheNameBackWhenTheProbesAfterTheSwitchFail) {
    ship(make_image("one"));

    const auto back = ship(make_image("two"), [](RecordingSession& session) {
        session.document_.job.deploy->verify.http = text("/only-on-mars");
        session.document_.job.deploy->verify.timeout = text("1s");
    });

    EXPECT_EQ(back.deployment, DeploymentState::rolled_back) << back.reason;
    EXPECT_EQ(fetch(), "one");
    EXPECT_EQ(members(), std::vector<std::string>{container(deployment - 1, 1)});
}

TEST_F(ByAlias, FinishAMoveThatWasDoneInPart) {
    ship(make_image("one"));
    const auto image = make_image("two");
    const auto dies_at_the_switch = [](RecordingSession& session) {
        session.on_verdict = [](const protocol::Intent& intent) { return intent.kind != "switch"; };
    };
    ship(image, dies_at_the_switch);
    with_engine([this](docker::Engine& engine) {
        return must(engine.connect_network(network, container(deployment, 1), {"app"}));
    });
    const auto both = members().size();
    losses = 1;

    const auto outcome = attempt(image, by_alias(network));

    EXPECT_EQ(both, 2U);
    EXPECT_EQ(outcome.deployment, DeploymentState::succeeded) << outcome.reason;
    EXPECT_EQ(fetch(), "two");
    EXPECT_EQ(members(), std::vector<std::string>{container(deployment, 1)});
}

TEST_F(ByAlias, FinishAWayBackThatWasDoneInPart) {
    ship(make_image("one"));
    const auto image = make_image("two");
    ship(image, [](RecordingSession& session) {
        session.document_.job.deploy->verify.http = text("/only-on-mars");
        session.document_.job.deploy->verify.timeout = text("1s");
        session.on_verdict = [](const protocol::Intent& intent) {
            return intent.kind != "switch-back";
        };
    });
    with_engine([this](docker::Engine& engine) {
        return must(engine.connect_network(network, container(deployment - 1, 1), {"app"}));
    });
    const auto both = members().size();
    losses = 1;

    const auto outcome = attempt(image, by_alias(network));

    EXPECT_EQ(both, 2U);
    EXPECT_EQ(outcome.deployment, DeploymentState::rolled_back) << outcome.reason;
    EXPECT_EQ(fetch(), "one");
    EXPECT_EQ(members(), std::vector<std::string>{container(deployment - 1, 1)});
}

TEST_F(ByAlias, TakeNoNameThatSomebodyElseHas) {
    const auto image = make_image("one");
    with_engine([this](docker::Engine& engine) -> Task<> {
        docker::ContainerSpec spec;
        spec.name = "stranger-" + network;
        spec.image = "triphammer/busybox";
        spec.command = {"sleep", "600"};
        spec.labels = {{model::kServerLabel, server}};
        spec.network = network;
        spec.aliases = {"app"};
        auto creating = must(engine.create_container(std::move(spec)));
        co_await std::move(creating);
    });

    const auto refused = ship(image);
    const auto nowhere = deploy(image, by_alias("no-such-network"));

    EXPECT_EQ(refused.deployment, DeploymentState::failed);
    EXPECT_NE(refused.reason.find("is called 'app' already"), std::string::npos) << refused.reason;
    EXPECT_EQ(nowhere.deployment, DeploymentState::failed);
    EXPECT_NE(nowhere.reason.find("no-such-network"), std::string::npos) << nowhere.reason;
    EXPECT_TRUE(intents.empty());
}
