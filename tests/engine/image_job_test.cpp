#include "engine/real_engine.hpp"
#include "engine/recording_session.hpp"
#include "runner/image/job.hpp"

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
        session.document_.contexts_json = R"({"github": {"server_url": "http://forge.test"}})";
        session.document_.job.image = model::ImageSpec{};
        session.document_.job.image->tags = {text(tag)};
        session.source["Dockerfile"] = dockerfile;
        if (change) change(session);
        auto running = run_image_job(session);
        auto outcome = co_await std::move(running);
        log = session.log_;
        step_ends = session.step_ends_;
        co_return outcome;
    }
};

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

TEST_F(ImageJobs, GiveOnlyTheIdWhenNothingIsPushed) {
    const auto outcome = run("FROM triphammer/busybox\n", [](RecordingSession& session) {
        session.document_.job.image->push = text("false");
        session.document_.job.image->tags.clear();
    });

    EXPECT_EQ(outcome.state, model::JobState::succeeded) << outcome.reason;
    EXPECT_EQ(outcome.outputs.size(), 1U);
    EXPECT_TRUE(outcome.outputs.contains("image-id"));
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
