#include "engine/real_engine.hpp"
#include "engine/recording_session.hpp"
#include "model/engine_labels.hpp"
#include "runner/container/build_network.hpp"
#include "runner/image/job.hpp"

#include <algorithm>
#include <stdexcept>

using namespace triphammer;
using namespace triphammer::runner;
using triphammer::testing::must;
using triphammer::testing::RecordingSession;
using triphammer::testing::setting;

namespace {

model::Template text(std::string value) {
    return {std::move(value), {}};
}

/// What a job with this Dockerfile comes to; `change` may alter it before it runs.
class ImageJobs : public ::testing::Test {
  protected:
    using Change = std::function<void(RecordingSession&)>;

    JobOutcome run(const std::string& dockerfile, const Change& change = {}) {
        return triphammer::testing::run_task<JobOutcome>([&](Executor executor) {
            return run_job(executor, dockerfile, change);
        });
    }

    std::string tag = setting("REGISTRY") + "/team/app:1";
    std::string log;
    std::vector<protocol::StepEnd> step_ends;

  private:
    Task<JobOutcome> run_job(Executor executor, std::string dockerfile, Change change) {
        RecordingSession session{executor};
        session.document_.executor.docker_host = setting("DOCKER_HOST");
        session.document_.source.sha = std::string(40, 'a');
        session.document_.source.repository = "acme/app";
        session.document_.contexts_json = R"({"github": {"server_url": "http://forge.test"}})";
        session.document_.job.image = model::ImageSpec{};
        session.document_.job.image->tags = {text(tag)};
        session.source["Dockerfile"] = dockerfile;
        if (change) change(session);
        const auto none_needed = [](const JobSession&) -> Task<Result<NeededImages>> {
            co_return NeededImages{};
        };
        auto running = run_image_job(session, make_build_network, none_needed);
        auto outcome = co_await std::move(running);
        log = session.log_;
        step_ends = session.step_ends_;
        co_return outcome;
    }
};

Task<bool> has_image(std::string id) {
    auto connecting = must(docker::Engine::connect(setting("DOCKER_HOST")));
    const auto engine = co_await std::move(connecting);
    auto looking = engine->inspect_image(std::move(id));
    const auto image = co_await std::move(looking);
    co_return static_cast<bool>(image);
}

Task<std::string> digest_at_registry(std::string tag) {
    auto connecting = must(docker::Engine::connect(setting("DOCKER_HOST")));
    auto engine = co_await std::move(connecting);
    const auto image = docker::parse_reference(tag).value();
    auto asking = must(engine->registry_digest(image, {}));
    co_return co_await std::move(asking);
}

}  // namespace

TEST_F(ImageJobs, BuildPushAndGiveTheDigestThatTheRegistryHas) {
    const auto outcome = run("FROM triphammer/busybox\nCOPY . /app\nRUN echo built > /app/out\n");

    ASSERT_EQ(outcome.state, model::JobState::succeeded) << outcome.reason << log;
    const auto digest = triphammer::testing::run_task<std::string>([&](Executor) {
        return digest_at_registry(tag);
    });
    EXPECT_EQ(outcome.outputs.at("digest"), digest);
    EXPECT_EQ(outcome.outputs.at("ref"), setting("REGISTRY") + "/team/app@" + digest);
    EXPECT_TRUE(docker::is_digest(outcome.outputs.at("image-id")));
    EXPECT_NE(log.find(" : RUN echo built"), std::string::npos) << log;
    EXPECT_EQ(step_ends.size(), 3U);
}

TEST_F(ImageJobs, SendNoIgnoredFile) {
    const auto outcome = run(
        "FROM triphammer/busybox\nCOPY . /app\nRUN test -e /app/kept && ! test -e /app/secret\n",
        [](RecordingSession& session) {
            session.source["kept"] = "1";
            session.source["secret"] = "1";
            session.source[".dockerignore"] = "secret\n";
        }
    );

    EXPECT_EQ(outcome.state, model::JobState::succeeded) << outcome.reason << log;
}

TEST_F(ImageJobs, NeedNoBaseOfStagesBehindTheirTarget) {
    const auto dockerfile = "FROM triphammer/busybox AS small\nRUN true\nFROM " +
                            setting("REGISTRY") + "/team/is-nowhere:1\n";
    const auto outcome = run(dockerfile, [](RecordingSession& session) {
        session.document_.job.image->target = text("small");
    });

    EXPECT_EQ(outcome.state, model::JobState::succeeded) << outcome.reason << log;
}

TEST_F(ImageJobs, GiveOnlyTheIdWhenNothingIsPushed) {
    const auto outcome = run("FROM triphammer/busybox\n", [](RecordingSession& session) {
        session.document_.job.image->push = text("false");
        session.document_.job.image->tags.clear();
    });

    EXPECT_EQ(outcome.state, model::JobState::succeeded) << outcome.reason;
    EXPECT_EQ(outcome.outputs.size(), 2U);
    EXPECT_TRUE(outcome.outputs.contains("image-id"));
    EXPECT_TRUE(outcome.outputs.contains("size"));
}

TEST_F(ImageJobs, PushWithCredentials) {
    tag = setting("PRIVATE_REGISTRY") + "/team/app:1";
    const auto outcome = run("FROM triphammer/busybox\n", [](RecordingSession& session) {
        auto& image = *session.document_.job.image;
        image.registry_username = text(setting("PRIVATE_REGISTRY_USER"));
        image.registry_password = text(setting("PRIVATE_REGISTRY_PASSWORD"));
    });

    EXPECT_EQ(outcome.state, model::JobState::succeeded) << outcome.reason;
}

TEST_F(ImageJobs, SayThatTheRegistryRefuses) {
    tag = setting("PRIVATE_REGISTRY") + "/team/app:1";
    const auto outcome = run("FROM triphammer/busybox\n", [](RecordingSession& session) {
        auto& image = *session.document_.job.image;
        image.registry_username = text(setting("PRIVATE_REGISTRY_USER"));
        image.registry_password = text("wrong");
    });

    EXPECT_EQ(outcome.state, model::JobState::failed);
    EXPECT_EQ(outcome.cause, model::Cause::infrastructure);
    EXPECT_NE(outcome.reason.find("refused"), std::string::npos) << outcome.reason;
    EXPECT_NE(outcome.reason.find(setting("PRIVATE_REGISTRY")), std::string::npos);
    EXPECT_FALSE(outcome.outputs.contains("ref"));
    EXPECT_EQ(step_ends.back().state, model::StepState::failed);
}

TEST_F(ImageJobs, SayThatTheRegistryIsNotThere) {
    tag = "127.0.0.1:1/team/app:1";
    const auto outcome = run("FROM triphammer/busybox\n");

    EXPECT_EQ(outcome.cause, model::Cause::infrastructure);
    EXPECT_NE(outcome.reason.find("127.0.0.1:1"), std::string::npos) << outcome.reason;
}

TEST_F(ImageJobs, NameTheBaseImageThatIsNowhere) {
    const auto base = setting("REGISTRY") + "/no/such:base";
    const auto outcome = run("FROM " + base + "\n");

    EXPECT_EQ(outcome.state, model::JobState::failed);
    EXPECT_EQ(outcome.cause, model::Cause::invalid);
    EXPECT_NE(outcome.reason.find(base), std::string::npos) << outcome.reason;
    EXPECT_NE(outcome.reason.find("base image"), std::string::npos) << outcome.reason;
}

TEST_F(ImageJobs, NameTheLineOfASyntaxError) {
    const auto outcome = run("FROM triphammer/busybox\nRUNN true\n");

    EXPECT_EQ(outcome.cause, model::Cause::invalid);
    EXPECT_NE(outcome.reason.find("Dockerfile:2"), std::string::npos) << outcome.reason;
}

TEST_F(ImageJobs, GiveTheExitStatusOfAFailingCommand) {
    const auto outcome = run("FROM triphammer/busybox\nRUN echo oh no; exit 7\n");

    EXPECT_EQ(outcome.state, model::JobState::failed);
    EXPECT_EQ(outcome.cause, model::Cause::exit);
    EXPECT_EQ(step_ends.back().exit_status, 7);
    EXPECT_NE(log.find("oh no"), std::string::npos);
}

TEST_F(ImageJobs, RefuseAContextOutsideOfTheRepository) {
    const auto outcome = run("FROM triphammer/busybox\n", [](RecordingSession& session) {
        session.document_.job.image->context = text("../../etc");
    });

    EXPECT_EQ(outcome.cause, model::Cause::invalid);
    EXPECT_NE(outcome.reason.find("repository"), std::string::npos) << outcome.reason;
}

TEST_F(ImageJobs, EndWhenTheyAreCancelled) {
    const auto outcome =
        run("FROM triphammer/busybox\nRUN echo about to hang; sleep 1000\n",
            [](RecordingSession& session) {
                session.on_log = [&session](const std::string& line) {
                    if (line.find("about to hang\n") == 0) {
                        session.stop_.request("somebody asked", std::chrono::milliseconds{1000});
                    }
                };
            });

    EXPECT_EQ(outcome.state, model::JobState::cancelled);
    EXPECT_EQ(outcome.reason, "somebody asked");
    EXPECT_EQ(step_ends.back().state, model::StepState::cancelled);
}

TEST_F(ImageJobs, SayThatNoEngineAnswers) {
    const auto outcome = run("FROM triphammer/busybox\n", [](RecordingSession& session) {
        session.document_.executor.docker_host = "unix:///nonexistent/docker.sock";
    });

    EXPECT_EQ(outcome.cause, model::Cause::infrastructure);
    EXPECT_NE(outcome.reason.find("no Docker engine answers"), std::string::npos);
}

namespace {

/// A job with two registries, one of which wants to know who pushes.
void add_private(RecordingSession& session) {
    auto& image = *session.document_.job.image;
    image.tags.push_back(text(setting("PRIVATE_REGISTRY") + "/team/app:1"));
    image.tags.push_back(text(setting("PRIVATE_REGISTRY") + "/team/app:latest"));
    image.logins = {
        {setting("PRIVATE_REGISTRY"),
         text(setting("PRIVATE_REGISTRY_USER")),
         text(setting("PRIVATE_REGISTRY_PASSWORD")),
         {}}};
}

/// What the engine has of `job`'s images, containers and networks.
Task<std::string> leftovers(std::string job) {
    auto connecting = must(docker::Engine::connect(setting("DOCKER_HOST")));
    const auto engine = co_await std::move(connecting);
    std::string out;
    auto images = must(engine->list_images({{"triphammer.job", job}}));
    for (const auto& image : co_await std::move(images)) out += "image " + image.id + "\n";
    auto containers = must(engine->list_containers({{model::kServerLabel, "test-server"}}));
    for (const auto& one : co_await std::move(containers)) out += "container " + one.name + "\n";
    auto networks = must(engine->list_networks({{model::kServerLabel, "test-server"}}));
    for (const auto& one : co_await std::move(networks)) out += "network " + one.name + "\n";
    co_return out;
}

/// Whether the engine still has what this instruction made.
bool has_layer_of(const std::string& log, const std::string& instruction) {
    const auto ended = log.find("Removing", log.find(instruction));
    const auto layer = log.substr(log.find(" ---> ", ended) + 6, 12);
    EXPECT_EQ(layer.find_first_not_of("0123456789abcdef"), std::string::npos) << layer;
    return triphammer::testing::run_task<bool>([&](Executor) { return has_image(layer); });
}

std::string left_of(const std::string& job) {
    return triphammer::testing::run_task<std::string>([&](Executor) { return leftovers(job); });
}

}  // namespace

TEST_F(ImageJobs, PushOneBuildToSeveralRegistriesWithOneDigest) {
    const auto outcome = run("FROM triphammer/busybox\nRUN echo several > /x\n", add_private);

    ASSERT_EQ(outcome.state, model::JobState::succeeded) << outcome.reason << log;
    EXPECT_TRUE(docker::is_digest(outcome.outputs.at("digest")));
    EXPECT_GT(std::stoll(outcome.outputs.at("size")), 100'000);
    EXPECT_NE(log.find(", linux/"), std::string::npos) << log;
    EXPECT_EQ(left_of("nobody"), "");
}

TEST_F(ImageJobs, PushNothingWhenTheSmokeCommandFails) {
    tag = setting("REGISTRY") + "/team/smoke:1";
    const auto outcome =
        run("FROM triphammer/busybox\nRUN echo v1 > /v\n", [](RecordingSession& session) {
            session.document_.job.key = "smoke";
            session.document_.job.image->smoke = text("echo \"it is $(cat /v)\"; exit 3");
        });

    EXPECT_EQ(outcome.cause, model::Cause::exit);
    EXPECT_EQ(step_ends.back().number, 3);
    EXPECT_EQ(step_ends.back().exit_status, 3);
    EXPECT_NE(log.find("it is v1\n"), std::string::npos) << log;
    EXPECT_EQ(left_of("smoke"), "");
    EXPECT_THROW(
        triphammer::testing::run_task<std::string>([&](Executor) { return digest_at_registry(tag); }
        ),
        std::runtime_error
    );
}

TEST_F(ImageJobs, BuildWithBuildKitWhatNeedsIt) {
    const auto outcome =
        run("FROM triphammer/busybox\nRUN --mount=type=cache,target=/c echo mounted > /out\n",
            [](RecordingSession& session) {
                session.document_.job.image->smoke = text("grep mounted /out");
            });

    EXPECT_EQ(outcome.state, model::JobState::succeeded) << outcome.reason << log;
    EXPECT_NE(log.find("BuildKit builds, for line 2: RUN --mount\n"), std::string::npos) << log;
    EXPECT_NE(log.find("] RUN --mount=type=cache,target=/c"), std::string::npos) << log;
}

TEST_F(ImageJobs, GiveTheExitStatusOfAFailingCommandOfBuildKit) {
    const auto outcome =
        run("FROM triphammer/busybox\nRUN echo oh no; exit 7\n",
            [](RecordingSession& session) { session.document_.job.image->builder = "buildkit"; });

    EXPECT_EQ(outcome.cause, model::Cause::exit);
    EXPECT_EQ(step_ends.back().exit_status, 7);
    EXPECT_NE(log.find("#2 oh no\n"), std::string::npos) << log;
}

TEST_F(ImageJobs, ReachNoMetadata) {
    const auto outcome =
        run("FROM triphammer/busybox\nRUN nc -w 5 169.254.169.254 80 2>&1 | "
            "grep 'No route to host'\nRUN route -n | grep ^169.254\n");

    EXPECT_EQ(outcome.state, model::JobState::succeeded) << outcome.reason << log;
    EXPECT_EQ(left_of("nobody"), "");
    const auto fetched = run("FROM triphammer/busybox\nADD http://169.254.169.254/ /x\n");
    EXPECT_EQ(fetched.cause, model::Cause::invalid);
    EXPECT_NE(fetched.reason.find("Dockerfile, line 2: ADD"), std::string::npos) << fetched.reason;
}

TEST_F(ImageJobs, LeaveNothingWhenTheyAreCancelled) {
    const auto outcome = run(
        "FROM triphammer/busybox\nRUN echo one > /cancelled\nRUN echo about to hang; sleep 1000\n",
        [](RecordingSession& session) {
            session.document_.job.key = "cancelled";
            session.document_.job.image->no_cache = text("true");
            session.on_log = [&session](const std::string& line) {
                if (line.find("about to hang\n") == 0) {
                    session.stop_.request("somebody asked", std::chrono::milliseconds{1000});
                }
            };
        }
    );

    EXPECT_EQ(outcome.state, model::JobState::cancelled);
    EXPECT_EQ(left_of("cancelled"), "");
    EXPECT_FALSE(has_layer_of(log, "RUN echo one")) << log;
}

TEST_F(ImageJobs, OfAForkLeaveNothingAndPushNothing) {
    const auto base = tag = setting("REGISTRY") + "/team/public:1";
    ASSERT_EQ(run("FROM triphammer/busybox\nLABEL public=1\n").state, model::JobState::succeeded)
        << log;
    tag = setting("REGISTRY") + "/team/fork:1";
    const auto outcome =
        run("FROM " + base + " AS one\nRUN echo stranger > /s\nFROM " + base +
                "\nCOPY --from=one /s /s\n",
            [](RecordingSession& session) {
                session.document_.job.key = "forked";
                session.document_.from_fork = true;
            });

    EXPECT_EQ(outcome.state, model::JobState::succeeded) << outcome.reason << log;
    EXPECT_FALSE(outcome.outputs.contains("ref"));
    EXPECT_EQ(left_of("forked"), "");
    EXPECT_FALSE(has_layer_of(log, "RUN echo stranger")) << log;
    const auto of_this_engine = run("FROM triphammer/busybox\n", [](RecordingSession& session) {
        session.document_.from_fork = true;
    });
    EXPECT_NE(of_this_engine.reason.find("made on this engine"), std::string::npos)
        << of_this_engine.reason;
    const auto mounted =
        run("FROM triphammer/busybox\nRUN --mount=type=cache,target=/c true\n",
            [](RecordingSession& session) { session.document_.from_fork = true; });
    EXPECT_EQ(mounted.cause, model::Cause::invalid);
    EXPECT_NE(mounted.reason.find("forks are built without it"), std::string::npos)
        << mounted.reason;
}

TEST_F(ImageJobs, KeepSoManyImagesAsTheFileSays) {
    for (const char* number : {"1", "2", "3"}) {
        tag = setting("REGISTRY") + "/team/kept:" + number;
        const auto outcome =
            run(std::string{"FROM triphammer/busybox\nRUN echo "} + number + " > /n\n",
                [number](RecordingSession& session) {
                    session.document_.run_id = number;
                    session.document_.job.key = "kept";
                    session.document_.job.image->keep_count = text("1");
                });
        EXPECT_EQ(outcome.state, model::JobState::succeeded) << outcome.reason;
    }

    const auto left = left_of("kept");
    EXPECT_EQ(std::count(left.begin(), left.end(), '\n'), 1) << left;
    EXPECT_NE(log.find("Removed 1 older images of this job"), std::string::npos) << log;
}
