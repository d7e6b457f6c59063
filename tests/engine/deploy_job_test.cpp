#include "engine/deploy_fixture.hpp"

#include <thread>

using namespace triphammer;
using model::DeploymentState;
using triphammer::testing::Deployments;
using Kinds = std::vector<std::string>;

TEST_F(Deployments, ReplaceTheOldVersionByTheNewOne) {
    const auto first = deploy(make_image("one"));
    const auto answer_one = ask();
    const auto first_kinds = kinds_of(intents);
    const auto second = deploy(make_image("two"));

    EXPECT_EQ(first.deployment, DeploymentState::succeeded) << first.reason << log;
    EXPECT_EQ(second.deployment, DeploymentState::succeeded) << second.reason << log;
    EXPECT_EQ(second.state, model::JobState::succeeded);
    EXPECT_EQ(answer_one, "one");
    EXPECT_EQ(ask(), "two");
    EXPECT_EQ(first_kinds, (Kinds{"create-candidate", "start-candidate", "switch"}));
    EXPECT_EQ(
        kinds_of(intents),
        (Kinds{"create-candidate", "start-candidate", "switch", "retire-previous"})
    );
    EXPECT_TRUE(docker::is_digest(second.outputs.at("digest")));
}

TEST_F(Deployments, NeverShowACandidateThatDoesNotGetHealthy) {
    deploy(make_image("one"));
    const auto failed =
        deploy(build("FROM triphammer/busybox\n"
                     "CMD [\"sh\", \"-c\", \"echo the database is away; mkdir /www; exec busybox "
                     "httpd -f -p 8000 -h /www\"]\n"));

    EXPECT_EQ(failed.deployment, DeploymentState::failed);
    EXPECT_EQ(failed.state, model::JobState::failed);
    EXPECT_EQ(failed.cause, model::Cause::timeout);
    EXPECT_NE(failed.reason.find("GET /healthz: status 404"), std::string::npos) << failed.reason;
    EXPECT_EQ(ask(), "one");
    EXPECT_NE(results.back().excerpt.find("the database is away"), std::string::npos);
    EXPECT_EQ(count_containers(model::kCandidateRole), 1U);
}

TEST_F(Deployments, SayHowACandidateEnded) {
    const auto failed = deploy(build(
        "FROM triphammer/busybox\nCMD [\"sh\", \"-c\", \"echo cannot read the key; exit 9\"]\n"
    ));

    EXPECT_EQ(failed.deployment, DeploymentState::failed);
    EXPECT_EQ(failed.cause, model::Cause::exit);
    EXPECT_NE(failed.reason.find("exit status 9"), std::string::npos) << failed.reason;
    EXPECT_NE(results.back().excerpt.find("cannot read the key"), std::string::npos);
    EXPECT_EQ(count_containers(model::kCandidateRole), 0U);
}

TEST_F(Deployments, GoBackWhenTheProbesAfterTheSwitchFail) {
    deploy(make_image("one"));
    const auto back = deploy(make_image("two"), [](auto& session) {
        session.document_.job.deploy->verify.http = text("/only-on-mars");
        session.document_.job.deploy->verify.timeout = text("1s");
    });

    EXPECT_EQ(back.deployment, DeploymentState::rolled_back) << back.reason;
    EXPECT_EQ(back.state, model::JobState::failed);
    EXPECT_EQ(ask(), "one");
    EXPECT_EQ(kinds_of(intents).back(), "retire-candidate");
}

namespace {

Task<> make_stranger(docker::Engine& engine, std::string name, std::string label) {
    docker::ContainerSpec spec;
    spec.name = std::move(name);
    spec.image = "triphammer/busybox";
    spec.labels = {{model::kServerLabel, std::move(label)}};
    auto creating = triphammer::testing::must(engine.create_container(std::move(spec)));
    co_await std::move(creating);
}

}  // namespace

TEST_F(Deployments, AreNotGreenWhenTheNewContainerDiesWhileTheOldOneIsRetired) {
    deploy(make_image("one"));
    const auto kill_candidate = [this] {
        with_engine([this](docker::Engine& engine) {
            return triphammer::testing::must(engine.kill_container(container(deployment, 1), "KILL")
            );
        });
    };

    const auto outcome = deploy(make_image("two"), [&](auto& session) {
        session.on_intent = [&](const protocol::Intent& intent) {
            if (intent.kind == "retire-previous") std::thread{kill_candidate}.join();
        };
    });

    EXPECT_EQ(kinds_of(intents).back(), "retire-previous");
    EXPECT_EQ(outcome.deployment, DeploymentState::unknown) << outcome.reason;
    EXPECT_EQ(outcome.cause, model::Cause::undecided);
}

TEST_F(Deployments, EndWhereAStrangersContainerHasTheName) {
    const auto image = make_image("one");
    deploy(image);
    const auto strangers = container(deployment + 1, 1);
    with_engine([&](docker::Engine& engine) { return make_stranger(engine, strangers, server); });

    const auto outcome = deploy(image);

    EXPECT_EQ(outcome.deployment, DeploymentState::failed) << outcome.reason;
    EXPECT_NE(outcome.reason.find("is not ours"), std::string::npos) << outcome.reason;
    EXPECT_EQ(kinds_of(intents), (Kinds{"create-candidate", "retire-candidate"}));
    EXPECT_EQ(ask(), "one");
    with_engine([&](docker::Engine& engine) {
        return triphammer::testing::must(engine.remove_container(strangers));  // left alone
    });
}

TEST_F(Deployments, RunTheCommandBeforeTheSwitchOncePerVersion) {
    const auto image = make_image("one");
    const auto with_before = [](auto& session) {
        session.document_.job.deploy->before = text("echo migrating; exit 3");
    };
    const auto failed = deploy(image, with_before);
    const auto excerpt = results.front().excerpt;
    migrations[image.substr(image.find('@') + 1)] = "failed";
    const auto blocked = deploy(image, with_before);

    EXPECT_EQ(failed.deployment, DeploymentState::failed);
    EXPECT_EQ(failed.cause, model::Cause::exit);
    EXPECT_EQ(excerpt, "migrating\n");
    EXPECT_EQ(blocked.deployment, DeploymentState::failed);
    EXPECT_TRUE(intents.empty());
    EXPECT_EQ(count_containers(model::kCandidateRole), 0U);
}

TEST_F(Deployments, GiveEnvironmentSecretsAndVolumes) {
    const auto image = build(
        "FROM triphammer/busybox\nCMD [\"sh\", \"-c\", \"mkdir -p /www; echo $GREETING $KEY > "
        "/data/x; "
        "cp /data/x /www/index.html; cp /data/x /www/healthz; exec busybox httpd -f -p 8000 -h "
        "/www\"]\n"
    );
    const auto outcome = deploy(image, [](auto& session) {
        auto& spec = *session.document_.job.deploy;
        spec.env = {{"GREETING", text("hello")}};
        spec.secrets = {{"KEY", text("hush")}};
        spec.volumes = {text("th-test-volume:/data")};
    });

    EXPECT_EQ(outcome.deployment, DeploymentState::succeeded) << outcome.reason << log;
    EXPECT_EQ(ask(), "hello hush\n");
}

namespace {

/// A container that was never started counts, too.
Task<> make_server(docker::Engine& engine, std::string name, std::string label) {
    docker::ContainerSpec spec;
    spec.name = name;
    spec.image = "triphammer/busybox";
    spec.labels = {{model::kServerLabel, std::move(label)}};
    spec.env = {{"TRIPHAMMER_DATA", "/data"}};
    spec.volumes = {name + ":/data"};
    auto creating = triphammer::testing::must(engine.create_container(std::move(spec)));
    co_await std::move(creating);
}

Task<> remove_server(docker::Engine& engine, std::string name) {
    auto removing = triphammer::testing::must(engine.remove_container(name));
    co_await std::move(removing);
    auto emptying = triphammer::testing::must(engine.remove_volume(name));
    co_await std::move(emptying);
}

}  // namespace

TEST_F(Deployments, RefuseAVolumeOfAServer) {
    const auto image = make_image("one");
    const auto name = "th-server-" + std::to_string(port);
    with_engine([&](docker::Engine& engine) { return make_server(engine, name, server); });

    const auto outcome = deploy(image, [&name](auto& session) {
        session.document_.job.deploy->volumes = {text(name + ":/x:ro")};
    });

    EXPECT_EQ(outcome.deployment, DeploymentState::failed) << outcome.reason;
    EXPECT_NE(outcome.reason.find(name + " belongs to a Triphammer server"), std::string::npos)
        << outcome.reason;
    EXPECT_TRUE(intents.empty());
    with_engine([&](docker::Engine& engine) { return remove_server(engine, name); });
}

TEST_F(Deployments, ReplaceAServerThatTheyHaveDeployed) {
    const auto image = make_image("one");
    const auto as_server = [](auto& session) {
        session.document_.job.deploy->env = {{"TRIPHAMMER_DATA", text("/data")}};
        session.document_.job.deploy->volumes = {text("th-test-volume:/data")};
    };

    const auto first = deploy(image, as_server);
    const auto second = deploy(image, as_server);

    EXPECT_EQ(first.deployment, DeploymentState::succeeded) << first.reason;
    EXPECT_EQ(second.deployment, DeploymentState::succeeded) << second.reason;
}

TEST_F(Deployments, RecreateWhereThePortHasNoSwitch) {
    const auto direct = [](auto& session) { session.document_.job.deploy->switch_by = ""; };
    deploy(make_image("one"), direct);
    const auto answer_one = ask();
    const auto second = deploy(make_image("two"), direct);
    const auto answer_two = ask();
    const auto log_of_second = log;
    const auto failed =
        deploy(build("FROM triphammer/busybox\nCMD [\"sh\", \"-c\", \"exit 1\"]\n"), direct);

    EXPECT_EQ(answer_one, "one");
    EXPECT_EQ(second.deployment, DeploymentState::succeeded) << second.reason;
    EXPECT_NE(log_of_second.find("short downtime"), std::string::npos);
    EXPECT_EQ(answer_two, "two");
    EXPECT_EQ(failed.deployment, DeploymentState::rolled_back) << failed.reason;
    EXPECT_EQ(ask(), "two");
}

TEST_F(Deployments, RetireTheCandidateWhenTheyAreCancelledBeforeTheSwitch) {
    deploy(make_image("one"));
    const auto cancelled = deploy(make_image("two"), [](auto& session) {
        session.document_.job.deploy->health.http = text("/never");
        session.document_.job.deploy->health.timeout = text("1h");
        session.on_intent = [&session](const protocol::Intent& intent) {
            if (intent.kind != "start-candidate") return;
            session.stop_.request("somebody asked", std::chrono::milliseconds{1000});
        };
    });

    EXPECT_EQ(cancelled.deployment, DeploymentState::failed);
    EXPECT_EQ(cancelled.state, model::JobState::cancelled);
    EXPECT_EQ(ask(), "one");
    EXPECT_EQ(count_containers(model::kCandidateRole), 1U);
}

TEST_F(Deployments, KeepWhatDoesNotServeAnyMoreForAsLongAsTheWorkflowSays) {
    const auto image = make_image("one");
    const auto keep = [](auto& session) {
        session.document_.job.deploy->keep_previous = text("1h");
    };
    for (int i = 0; i < 3; ++i) deploy(image, keep);
    const auto kept = count_containers(model::kCandidateRole);

    deploy(image);

    EXPECT_EQ(kept, 3U);
    EXPECT_EQ(count_containers(model::kCandidateRole), 2U);  // the current and the previous one
}

TEST_F(Deployments, SayThatAPortIsTaken) {
    const auto image = make_image("one");
    deploy(image);
    const auto taken = port;
    server += ".other";
    previous = nullptr;
    const auto failed = deploy(image);
    const auto reason = failed.reason;
    const auto left = count_containers(model::kCandidateRole);
    server.resize(server.size() - 6);

    EXPECT_EQ(failed.deployment, DeploymentState::failed) << reason;
    EXPECT_NE(reason.find(std::to_string(taken)), std::string::npos) << reason;
    EXPECT_EQ(left, 0U);
    EXPECT_EQ(ask(), "one");
}

TEST_F(Deployments, RefuseAnImageThatTheRegistryDoesNotHave) {
    const auto outcome = deploy(triphammer::testing::setting("REGISTRY") + "/no/such:image");

    EXPECT_EQ(outcome.deployment, DeploymentState::failed);
    EXPECT_EQ(outcome.cause, model::Cause::invalid);
    EXPECT_NE(outcome.reason.find("/no/such:image"), std::string::npos) << outcome.reason;
    EXPECT_TRUE(intents.empty());
}

TEST_F(Deployments, SayThatTheSwitchHasNoImageBeforeAnythingIsTouched) {
    const auto outcome = deploy(make_image("one"), [](auto& session) {
        session.document_.deployment.switch_image =
            triphammer::testing::setting("REGISTRY") + "/no/such:nginx";
    });

    EXPECT_EQ(outcome.deployment, DeploymentState::failed);
    EXPECT_NE(outcome.reason.find("docker.switch_image"), std::string::npos) << outcome.reason;
    EXPECT_TRUE(intents.empty());
}
