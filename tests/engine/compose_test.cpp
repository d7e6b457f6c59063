// `deploy: { to: compose }` on a real engine: a project of two services, and what people do to it.
#include "engine/deploy_fixture.hpp"
#include "runner/deploy/compose/spec.hpp"

using namespace triphammer;
using model::DeploymentState;
using triphammer::testing::Deployments;
using triphammer::testing::must;
using triphammer::testing::RecordingSession;

namespace {

using Kinds = std::vector<std::string>;

class OnCompose : public Deployments {
  protected:
    void SetUp() override {
        Deployments::SetUp();
        project = "th" + std::to_string(port);
    }

    void TearDown() override {
        remove_strangers();
        Deployments::TearDown();
        with_engine([this](docker::Engine& engine) {
            return remove_volume(engine, project + "_data");
        });
    }

    /// web waits for a healthy store; `store` is more of that service.
    std::string file(const std::string& store = "") const {
        return "name: " + project +
               "\nservices:\n  web:\n    build: .\n    ports: ['127.0.0.1:" + std::to_string(port) +
               ":8000']\n    restart: always\n    stop_grace_period: 1s\n    depends_on: { store: "
               "{ condition: service_healthy } }\n    environment: [TOKEN]\n  store:\n    image: "
               "triphammer/busybox\n    stop_grace_period: 1s\n    command: busybox httpd -f -p "
               "9000\n    volumes: ['data:/data']\n    healthcheck: { test: "
               "'true', interval: 200ms }\n    " +
               store + "\nvolumes:\n  data:\n";
    }

    runner::JobOutcome up(const std::string& image, const Change& change = {}) {
        return deploy(image, with_compose(change));
    }

    runner::JobOutcome up_again(const std::string& image, const Change& change = {}) {
        return attempt(image, with_compose(change));
    }

    static Change with_file(std::string text) {
        return [text](RecordingSession& session) { session.source["compose.yaml"] = text; };
    }

    runner::ComposeMembers members() {
        runner::ComposeMembers out;
        with_engine([&](docker::Engine& engine) { return list(engine, project, out); });
        return out;
    }

    /// Of the container that runs for a service; empty where none does.
    std::string running(const std::string& service) {
        std::string out;
        for (const auto& member : members()) {
            if (member.service == service && member.is_running) out += member.id;
        }
        return out;
    }

    void stop(const std::string& id) {
        with_engine([id](docker::Engine& engine) { return stop_one(engine, id); });
    }

    /// As `docker compose up` of somebody else would.
    void run_strange(const std::string& image) {
        docker::ContainerSpec spec;
        spec.name = project + "-strange";
        spec.image = image;
        spec.labels = {{runner::kProjectLabel, project}, {runner::kComposeServiceLabel, "web"}};
        with_engine([spec](docker::Engine& engine) { return run_one(engine, spec); });
    }

    /// A server that keeps its data in that volume.
    void make_server(const std::string& volume) {
        docker::ContainerSpec spec;
        spec.name = project + "-server";
        spec.image = "triphammer/busybox";
        spec.labels = {{model::kServerLabel, server}};
        spec.env = {{"TRIPHAMMER_RUN", "/run/triphammer"}};
        spec.volumes = {volume + ":/run/triphammer"};
        with_engine([spec](docker::Engine& engine) { return run_one(engine, spec); });
    }

    std::string project;

  private:
    Change with_compose(Change change) const {
        auto text = file();
        return [text, change = std::move(change)](RecordingSession& session) {
            auto& deploy = *session.document_.job.deploy;
            deploy.to = "compose";
            deploy.service = Deployments::text("web");
            deploy.switch_by.clear();
            deploy.ports.clear();
            deploy.health.port = Deployments::text("8000");
            deploy.secrets = {{"TOKEN", Deployments::text("anvil")}};
            session.source["compose.yaml"] = text;
            session.folders_.workspace.inside = "/work";
            session.folders_.temp.inside = "/temp";
            session.folders_.home.inside = "/home";
            session.folders_.tmp.inside = "/tmp";
            if (change) change(session);
        };
    }

    void remove_strangers() {
        for (const auto& member : members()) {
            if (member.labels.contains(model::kServerLabel)) continue;
            with_engine([id = member.id](docker::Engine& engine) { return remove_one(engine, id); }
            );
        }
    }

    static Task<> list(docker::Engine& engine, std::string project, runner::ComposeMembers& out) {
        auto listing = must(engine.list_containers({{runner::kProjectLabel, project}}));
        out = runner::members_of(co_await std::move(listing));
    }

    static Task<> stop_one(docker::Engine& engine, std::string id) {
        auto stopping = must(engine.stop_container(id, std::chrono::seconds{0}));
        co_await std::move(stopping);
    }

    static Task<> remove_one(docker::Engine& engine, std::string id) {
        auto removing = must(engine.remove_container(id));
        co_await std::move(removing);
    }

    static Task<> run_one(docker::Engine& engine, docker::ContainerSpec spec) {
        auto creating = must(engine.create_container(std::move(spec)));
        const auto id = co_await std::move(creating);
        auto starting = must(engine.start_container(id));
        co_await std::move(starting);
    }

    static Task<> remove_volume(docker::Engine& engine, std::string name) {
        auto removing = must(engine.remove_volume(name));
        co_await std::move(removing);
    }
};

const std::function<void(RecordingSession&)> kLostBehindIt = [](RecordingSession& session) {
    session.on_result = [](const protocol::EffectResult&) { return false; };
};
const std::function<void(RecordingSession&)> kLostBeforeIt = [](RecordingSession& session) {
    session.on_verdict = [](const protocol::Intent&) { return false; };
};

}  // namespace

TEST_F(OnCompose, ReplaceOneServiceAndLeaveTheOther) {
    const auto one = make_image("one");
    const auto two = make_image("two");

    const auto first = up(one);
    const auto kinds_of_first = kinds_of(intents);
    const auto store = running("store");
    const auto answer = ask();
    const auto second = up(two);

    EXPECT_EQ(first.deployment, DeploymentState::succeeded) << first.reason << log;
    EXPECT_EQ(kinds_of_first, (Kinds{"create-candidate", "start-candidate"}));
    EXPECT_EQ(answer, "one");
    EXPECT_EQ(second.deployment, DeploymentState::succeeded) << second.reason << log;
    EXPECT_EQ(
        kinds_of(intents),
        (Kinds{"stop-previous", "create-candidate", "start-candidate", "retire-previous"})
    );
    EXPECT_EQ(ask(), "two");
    EXPECT_EQ(running("store"), store);
    EXPECT_EQ(second.outputs.at("digest"), two.substr(two.find('@') + 1));
    EXPECT_EQ(second.outputs.at("object"), running("web"));
    EXPECT_EQ(members().size(), 3U);  // the previous web is kept
    EXPECT_EQ(log.find("anvil"), std::string::npos);
}

TEST_F(OnCompose, GoBackWithAllThatWasStopped) {
    up(make_image("one"));
    const auto web = running("web");
    const auto store = running("store");
    const auto sick = build(
        "FROM triphammer/busybox\nCMD [\"sh\", \"-c\", \"echo no database; sleep 1; exit 4\"]\n"
    );

    const auto failed = up(sick, with_file(file("user: '0'")));  // the store changes, too

    EXPECT_EQ(failed.deployment, DeploymentState::rolled_back) << failed.reason;
    EXPECT_EQ(
        kinds_of(intents),
        (Kinds{
            "stop-previous",
            "create-candidate",
            "start-candidate",
            "retire-candidate",
            "start-previous"})
    );
    EXPECT_EQ(ask(), "one");
    EXPECT_EQ(running("web"), web);
    EXPECT_EQ(running("store"), store);
    EXPECT_EQ(members().size(), 2U);
    EXPECT_NE(results[3].excerpt.find("no database"), std::string::npos) << results[3].excerpt;
}

TEST_F(OnCompose, TakeAFirstProjectAwayThatDoesNotGetHealthy) {
    const auto image = make_image("one");
    const auto failed = up(image, with_file(file("entrypoint: [sh, -c, 'exit 3']")));

    EXPECT_EQ(failed.deployment, DeploymentState::failed) << failed.reason;
    EXPECT_NE(failed.reason.find("store ended with exit status 3"), std::string::npos)
        << failed.reason;
    EXPECT_TRUE(members().empty());
}

TEST_F(OnCompose, AreNeverGreenBesideWhatSomebodyElseDoes) {
    const auto one = make_image("one");
    const auto two = make_image("two");
    up(one);
    const auto before_verify = [](std::function<void()> act) {
        return [act](RecordingSession& session) {
            session.on_step = [act](const protocol::StepBegin& step) {
                if (step.name == "Verify from outside") act();
            };
        };
    };

    const auto beside = up(two, before_verify([&] { run_strange(one); }));
    EXPECT_EQ(beside.deployment, DeploymentState::rolled_back) << beside.reason;
    EXPECT_NE(beside.reason.find("somebody else runs"), std::string::npos) << beside.reason;
    const auto refused = up(two);
    EXPECT_EQ(refused.deployment, DeploymentState::failed) << refused.reason;
    EXPECT_TRUE(intents.empty());
    EXPECT_EQ(ask(), "one");
    EXPECT_NE(refused.reason.find("was not made by this repository"), std::string::npos);
}

TEST_F(OnCompose, AreNeverGreenWithoutTheOtherServices) {
    up(make_image("one"));
    const auto stop_store = [this](RecordingSession& session) {
        session.on_step = [this](const protocol::StepBegin& step) {
            if (step.name == "Verify from outside") stop(running("store"));
        };
    };

    const auto outcome = up(make_image("two"), stop_store);

    EXPECT_EQ(outcome.deployment, DeploymentState::rolled_back) << outcome.reason;
    EXPECT_NE(outcome.reason.find("store ended"), std::string::npos) << outcome.reason;
}

TEST_F(OnCompose, GoOnAfterARunnerThatWasLostBehindAnEffect) {
    const auto two = make_image("two");
    up(make_image("one"));
    up(two, kLostBehindIt);  // everything is stopped already
    EXPECT_EQ(ask(), "");
    losses = 1;

    const auto outcome = up_again(two);

    EXPECT_EQ(outcome.deployment, DeploymentState::succeeded) << outcome.reason;
    EXPECT_EQ(intents.front().kind, "stop-previous");
    EXPECT_EQ(ask(), "two");
}

TEST_F(OnCompose, BeginAgainAfterARunnerThatWasLostBeforeTheEffect) {
    const auto two = make_image("two");
    up(make_image("one"));
    up(two, kLostBeforeIt);
    const auto key = effects.back()["idem"];
    EXPECT_EQ(ask(), "one");
    losses = 1;

    const auto outcome = up_again(two);

    EXPECT_EQ(outcome.deployment, DeploymentState::succeeded) << outcome.reason;
    EXPECT_EQ(intents.front().idem, key);
    EXPECT_EQ(ask(), "two");
}

TEST_F(OnCompose, RunTheCommandBeforeBesideItsDependencies) {
    const auto migrate = [](const std::string& command) {
        return [command](RecordingSession& session) {
            session.document_.job.deploy->before = text(command);
        };
    };
    const auto image = make_image("one");
    const auto failed = up(image, migrate("wget -q -O - http://store:9000/ | grep nothing"));
    EXPECT_EQ(failed.deployment, DeploymentState::failed) << failed.reason;
    EXPECT_TRUE(members().empty());

    const auto done = up(image, migrate("test $TOKEN = anvil && nc -w 2 store 9000 < /dev/null"));

    EXPECT_EQ(done.deployment, DeploymentState::succeeded) << done.reason << results[0].excerpt;
    EXPECT_EQ(kinds_of(intents), (Kinds{"before", "create-candidate", "start-candidate"}));
    EXPECT_EQ(members().size(), 2U);
}

TEST_F(OnCompose, RefuseAVolumeOfAServerThoughTheProjectGaveItItsName) {
    const auto image = make_image("one");
    make_server(project + "_data");

    const auto outcome = up(image);

    EXPECT_EQ(outcome.deployment, DeploymentState::failed) << outcome.reason;
    EXPECT_NE(outcome.reason.find("_data belongs to a Triphammer server"), std::string::npos)
        << outcome.reason;
    EXPECT_TRUE(intents.empty());
    EXPECT_TRUE(members().empty());
}

TEST_F(OnCompose, RefuseBeforeAnythingIsTouched) {
    const auto image = make_image("one");
    const auto keeping = build("FROM triphammer/busybox\nVOLUME /var/data\n");
    const auto refuse = [&](const std::string& of, const Change& change) {
        const auto outcome = up(of, change);
        EXPECT_EQ(outcome.deployment, DeploymentState::failed) << outcome.reason;
        EXPECT_TRUE(intents.empty());
        return outcome.reason;
    };

    const auto lost = refuse(keeping, {});
    const auto absent = refuse(image, [](auto& session) { session.source.clear(); });
    const auto outside = refuse(image, [](auto& session) {
        session.document_.job.deploy->file = text("../compose.yaml");
    });
    const auto network = refuse(
        image, with_file(file() + "networks: { default: { external: true, name: th-no-such } }\n")
    );
    const auto blind = refuse(image, with_file(file("healthcheck_: x")));
    auto unchecked = file();
    constexpr std::string_view kCheck = "healthcheck: { test: 'true', interval: 200ms }";
    unchecked.replace(unchecked.find(kCheck), kCheck.size(), "init: true");
    const auto unproven = refuse(image, with_file(unchecked));
    const auto missing = refuse(image.substr(0, image.find('@')) + ":none", {});
    const auto denied =
        refuse(triphammer::testing::setting("PRIVATE_REGISTRY") + "/team/app:1", [](auto& session) {
            auto& deploy = *session.document_.job.deploy;
            deploy.registry_username = Deployments::text("triphammer");
            deploy.registry_password = Deployments::text("expired");
        });

    EXPECT_NE(lost.find("keeps data in /var/data"), std::string::npos) << lost;
    EXPECT_NE(absent.find("compose.yaml"), std::string::npos) << absent;
    EXPECT_NE(outside.find("none of the job's folders"), std::string::npos) << outside;
    EXPECT_NE(network.find("docker network create th-no-such"), std::string::npos) << network;
    EXPECT_NE(blind.find("no key that is carried out here"), std::string::npos) << blind;
    EXPECT_NE(unproven.find("write healthcheck for it"), std::string::npos) << unproven;
    EXPECT_NE(missing.find(":none"), std::string::npos) << missing;
    EXPECT_NE(denied.find("check registry username and password"), std::string::npos) << denied;
    EXPECT_TRUE(members().empty());
}
