// `deploy: { to: swarm }` on a swarm of one node, with what people and registries do to it.
#include "docker/swarm.hpp"

#include "base/deadline.hpp"
#include "engine/deploy_fixture.hpp"
#include "engine/swarm_requests.hpp"

using namespace triphammer;
using docker::ServiceInfo;
using docker::Swarm;
using model::DeploymentState;
using nlohmann::json;
using triphammer::testing::become_manager;
using triphammer::testing::Deployments;
using triphammer::testing::host;
using triphammer::testing::must;
using triphammer::testing::RecordingSession;
using triphammer::testing::run_task;
using triphammer::testing::run_until_done;
using triphammer::testing::send_to_engine;
using triphammer::testing::setting;
using triphammer::testing::the_swarm;

namespace {

using Kinds = std::vector<std::string>;

class OnSwarm : public Deployments {
  protected:
    using Change = std::function<void(RecordingSession&)>;
    using Edit = std::function<json(json)>;

    void SetUp() override {
        Deployments::SetUp();
        run_until_done([](Executor) { return become_manager(); });
        const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
        service = to_lower(std::string{"th-"} + test->name()).substr(0, 50);
    }

    void TearDown() override {
        run_until_done([this](Executor) { return remove_service(service, server); });
        Deployments::TearDown();
    }

    runner::JobOutcome roll(const std::string& image, const Change& change = {}) {
        return deploy(image, with_swarm(change));
    }

    runner::JobOutcome roll_again(const std::string& image, const Change& change = {}) {
        return attempt(image, with_swarm(change));
    }

    ServiceInfo look() {
        return run_task<ServiceInfo>([this](Executor) { return inspect(service); });
    }

    /// Images of the tasks that run.
    std::vector<std::string> running() {
        return run_task<std::vector<std::string>>([this](Executor) { return list(service); });
    }

    /// What `docker service …` of a person does to it.
    void change_by_hand(const Edit& edit, const std::string& extra = "") {
        run_until_done([&](Executor) { return change(service, edit, extra); });
    }

    bool is_gone() {
        return run_task<bool>([this](Executor) { return is_absent(service); });
    }

    std::string service;

  private:
    Change with_swarm(const Change& change) {
        return [this, change](RecordingSession& session) {
            auto& deploy = *session.document_.job.deploy;
            deploy.to = "swarm";
            deploy.service = text(service);
            deploy.switch_by = "";
            deploy.ports.clear();
            deploy.replicas = text("2");
            deploy.health = {};
            deploy.health.http = text("/healthz");
            deploy.health.port = text("8000");
            deploy.health.interval = text("100ms");
            deploy.health.timeout = text("15s");
            deploy.drain = text("1s");
            if (change) change(session);
        };
    }

    /// With its containers, which the swarm removes a little later.
    static Task<> remove_service(std::string name, std::string server) {
        auto swarm = the_swarm();
        auto removing = must(swarm.remove_service(name));
        co_await std::move(removing);
        auto connecting = must(docker::Engine::connect(host()));
        const auto engine = co_await std::move(connecting);
        for (int look = 0; look < 300; ++look) {
            docker::Labels labels{{model::kServerLabel, server}};
            auto listing = must(engine->list_containers(std::move(labels)));
            if ((co_await std::move(listing)).empty()) co_return;
            co_await sleep_for(std::chrono::milliseconds{100});
        }
    }

    static Task<ServiceInfo> inspect(std::string name) {
        auto swarm = the_swarm();
        auto inspecting = must(swarm.inspect_service(name));
        co_return co_await std::move(inspecting);
    }

    /// The swarm counts the version on by itself while it updates tasks: then it is read again.
    static Task<> change(std::string name, Edit edit, std::string extra) {
        for (;;) {
            auto inspecting = inspect(name);
            const auto now = co_await std::move(inspecting);
            auto path =
                "/services/" + now.id + "/update?version=" + std::to_string(now.version) + extra;
            auto sending = send_to_engine(std::move(path), edit(json::parse(now.spec)).dump());
            const auto answer = co_await std::move(sending);
            if (answer.status < 400) co_return;
            if (answer.body.find("out of sequence") == std::string::npos) {
                throw std::runtime_error(answer.body);
            }
        }
    }

    static Task<bool> is_absent(std::string name) {
        auto swarm = the_swarm();
        auto inspecting = swarm.inspect_service(name);
        const auto found = co_await std::move(inspecting);
        co_return !found && found.error().code == Code::not_found;
    }

    static Task<std::vector<std::string>> list(std::string name) {
        auto swarm = the_swarm();
        auto listing = must(swarm.list_tasks(name));
        const auto tasks = co_await std::move(listing);
        std::vector<std::string> out;
        for (const auto& task : tasks) {
            if (task.state == "running") out.push_back(task.image);
        }
        co_return out;
    }
};

/// Does `act` when this effect is announced.
std::function<void(RecordingSession&)> when_announced(
    const std::string& kind, const std::function<void()>& act
) {
    return [kind, act](RecordingSession& session) {
        session.on_intent = [kind, act](const protocol::Intent& intent) {
            if (intent.kind == kind) act();
        };
    };
}

/// Does `act` when the update is through and only the probes are left.
std::function<void(RecordingSession&)> before_verify(const std::function<void()>& act) {
    return [act](RecordingSession& session) {
        session.on_step = [act](const protocol::StepBegin& step) {
            if (step.name == "Verify from outside") act();
        };
    };
}

}  // namespace

TEST_F(OnSwarm, ReplaceOneVersionByTheNextTaskByTask) {
    const auto one = make_image("one");
    const auto two = make_image("two");

    const auto first = roll(one);
    const auto kinds_of_first = kinds_of(intents);
    const auto second = roll(two);

    EXPECT_EQ(first.deployment, DeploymentState::succeeded) << first.reason << log;
    EXPECT_EQ(second.deployment, DeploymentState::succeeded) << second.reason << log;
    EXPECT_EQ(kinds_of_first, Kinds{"update"});
    EXPECT_EQ(kinds_of(intents), Kinds{"update"});
    EXPECT_EQ(running(), (std::vector<std::string>{two, two}));
    EXPECT_EQ(second.outputs.at("digest"), two.substr(two.find('@') + 1));
    EXPECT_EQ(second.outputs.at("object"), look().id + "/" + std::to_string(deployment));
    const auto spec = json::parse(look().spec);
    EXPECT_EQ(spec["UpdateConfig"]["Order"], "start-first");
    EXPECT_EQ(spec["UpdateConfig"]["FailureAction"], "pause");
}

TEST_F(OnSwarm, GoBackFromAnImageThatDoesNotGetHealthy) {
    const auto one = make_image("one");
    roll(one);
    const auto sick = build(
        "FROM triphammer/busybox\nCMD [\"sh\", \"-c\", \"echo no database; sleep 1; exit 4\"]\n"
    );

    const auto failed = roll(sick);

    EXPECT_EQ(failed.deployment, DeploymentState::rolled_back) << failed.reason;
    EXPECT_EQ(failed.state, model::JobState::failed);
    EXPECT_EQ(kinds_of(intents), (Kinds{"update", "restore"}));
    EXPECT_EQ(running(), (std::vector<std::string>{one, one}));
    EXPECT_NE(results.back().excerpt.find("no database"), std::string::npos)
        << results.back().excerpt;
}

TEST_F(OnSwarm, TakeAFirstVersionAwayThatDoesNotGetHealthy) {
    const auto failed =
        roll(build("FROM triphammer/busybox\nCMD [\"sleep\", \"1000\"]\n"), [](auto& session) {
            session.document_.job.deploy->health.timeout = text("3s");
        });

    EXPECT_EQ(failed.deployment, DeploymentState::failed) << failed.reason;
    EXPECT_EQ(kinds_of(intents), (Kinds{"update", "retire-candidate"}));
    EXPECT_TRUE(is_gone());
}

TEST_F(OnSwarm, GoBackWhenTheProbesAfterTheUpdateFail) {
    const auto one = make_image("one");
    roll(one);

    const auto back = roll(make_image("two"), [](auto& session) {
        session.document_.job.deploy->verify.command = text("grep three /www/index.html");
        session.document_.job.deploy->verify.timeout = text("1s");
    });

    EXPECT_EQ(back.deployment, DeploymentState::rolled_back) << back.reason;
    EXPECT_EQ(running(), (std::vector<std::string>{one, one}));
}

TEST_F(OnSwarm, AreNeverGreenWhenSomebodyRollsBackBehindThem) {
    const auto one = make_image("one");
    const auto two = make_image("two");
    roll(one);

    const auto same = [](json spec) { return spec; };
    const auto undo = [&] { change_by_hand(same, "&rollback=previous"); };

    const auto outcome = roll(two, before_verify(undo));

    EXPECT_EQ(outcome.deployment, DeploymentState::rolled_back) << outcome.reason;
    EXPECT_NE(outcome.reason.find("somebody else changed the service"), std::string::npos)
        << outcome.reason;
    EXPECT_EQ(running(), (std::vector<std::string>{one, one}));
}

TEST_F(OnSwarm, LeaveAloneWhatSomebodyElseChangesMeanwhile) {
    const auto one = make_image("one");
    roll(one);
    const auto scale = [this] {
        change_by_hand([](json spec) {
            spec["Mode"]["Replicated"]["Replicas"] = 1;
            spec["Labels"]["by"] = "hand";
            return spec;
        });
    };

    const auto outcome = roll(make_image("two"), when_announced("update", scale));

    EXPECT_NE(outcome.deployment, DeploymentState::succeeded);
    EXPECT_NE(outcome.reason.find("somebody else changed"), std::string::npos) << outcome.reason;
    EXPECT_EQ(look().labels.at("by"), "hand");
    EXPECT_EQ(look().image, one);
}

TEST_F(OnSwarm, AreUndecidedWhenSomebodyElsesVersionTakesTheirPlace) {
    const auto other = make_image("other");
    roll(make_image("one"));

    const auto take_over = [&](json spec) {
        spec["Labels"].erase("triphammer.deployment");
        spec["TaskTemplate"]["ContainerSpec"]["Image"] = other;
        return spec;
    };
    const auto outcome =
        roll(make_image("two"), before_verify([&] {
                 change_by_hand(take_over);
                 change_by_hand(take_over);  // now the swarm remembers nothing of ours
             }));

    EXPECT_EQ(outcome.deployment, DeploymentState::unknown) << outcome.reason;
    EXPECT_EQ(outcome.cause, model::Cause::undecided);
    EXPECT_EQ(look().image, other);
}

TEST_F(OnSwarm, AreUndecidedWhenSomebodyScalesTheirVersion) {
    roll(make_image("one"));
    const auto scale = [](json spec) {
        spec["Mode"]["Replicated"]["Replicas"] = 1;
        return spec;
    };

    const auto outcome = roll(make_image("two"), before_verify([&] { change_by_hand(scale); }));

    EXPECT_EQ(outcome.deployment, DeploymentState::unknown) << outcome.reason;
    EXPECT_EQ(look().replicas, 1U);
}

TEST_F(OnSwarm, AreNotHeldUpByANewVersionOfTheSame) {
    const auto one = make_image("one");
    roll(one);
    const auto before = look().version;
    // The same specification again: another version, nothing else.
    const auto touch = [this] { change_by_hand([](json spec) { return spec; }); };

    const auto outcome = roll(make_image("two"), when_announced("update", touch));

    EXPECT_EQ(outcome.deployment, DeploymentState::succeeded) << outcome.reason;
    EXPECT_GT(look().version, before + 1);
}

TEST_F(OnSwarm, RefuseWhatIsNotTheirsOrCannotWork) {
    const auto image = make_image("one");
    roll(image);
    const auto refuse = [&](const Change& change) {
        const auto outcome = roll(image, change);
        EXPECT_EQ(outcome.deployment, DeploymentState::failed) << outcome.reason;
        EXPECT_TRUE(intents.empty());
        return outcome.reason;
    };

    const auto strange =
        refuse([](auto& session) { session.document_.source.repository = "mona/another"; });
    const auto blind = refuse([](auto& session) { session.document_.job.deploy->health = {}; });
    const auto nowhere = refuse([](auto& session) {
        session.document_.job.deploy->networks = {text("no-such-network")};
    });
    const auto local = refuse([&](auto& session) {
        session.document_.job.deploy->image = text(image.substr(image.find('@') + 1));
    });
    const auto kept =
        refuse([](auto& session) { session.document_.job.deploy->keep_previous = text("1h"); });
    const auto denied = refuse([](auto& session) {
        auto& deploy = *session.document_.job.deploy;
        deploy.image = text(setting("PRIVATE_REGISTRY") + "/team/app:1");
        deploy.registry_username = text(setting("PRIVATE_REGISTRY_USER"));
        deploy.registry_password = text("expired");
    });

    EXPECT_NE(strange.find("not made by this repository"), std::string::npos) << strange;
    EXPECT_NE(blind.find("no health check"), std::string::npos) << blind;
    EXPECT_NE(nowhere.find("no-such-network"), std::string::npos) << nowhere;
    EXPECT_NE(local.find("pull from a registry"), std::string::npos) << local;
    EXPECT_NE(kept.find("keep-previous"), std::string::npos) << kept;
    EXPECT_NE(denied.find("check registry username and password"), std::string::npos) << denied;
}

TEST_F(OnSwarm, GoOnAfterARunnerThatWasLostBehindTheUpdate) {
    const auto one = make_image("one");
    const auto two = make_image("two");
    roll(one);
    roll(two, [](RecordingSession& session) {
        session.on_result = [](const protocol::EffectResult&) { return false; };
    });
    losses = 1;

    const auto outcome = roll_again(two);

    EXPECT_EQ(outcome.deployment, DeploymentState::succeeded) << outcome.reason;
    EXPECT_EQ(intents.front().n, 1);
    EXPECT_EQ(running(), (std::vector<std::string>{two, two}));
}

TEST_F(OnSwarm, BeginAgainAfterARunnerThatWasLostBeforeTheUpdate) {
    const auto one = make_image("one");
    const auto two = make_image("two");
    roll(one);
    roll(two, [](RecordingSession& session) {
        session.on_verdict = [](const protocol::Intent&) { return false; };
    });
    const auto key = effects.back()["idem"];
    losses = 1;

    const auto outcome = roll_again(two);

    EXPECT_EQ(outcome.deployment, DeploymentState::succeeded) << outcome.reason;
    EXPECT_EQ(intents.front().idem, key);
    EXPECT_EQ(running(), (std::vector<std::string>{two, two}));
}

TEST_F(OnSwarm, AreUndecidedAfterALossWhenTheServiceIsNotAsTheLedgerSays) {
    const auto one = make_image("one");
    const auto two = make_image("two");
    roll(one);
    roll(two, [](RecordingSession& session) {
        session.on_verdict = [](const protocol::Intent&) { return false; };
    });
    losses = 1;
    change_by_hand([](json spec) {
        spec["Labels"]["triphammer.deployment"] = "999";
        return spec;
    });

    const auto outcome = roll_again(two);

    EXPECT_EQ(outcome.deployment, DeploymentState::unknown) << outcome.reason;
    EXPECT_TRUE(intents.empty());
    EXPECT_EQ(look().image, one);
}
