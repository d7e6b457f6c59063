#include "engine/real_engine.hpp"
#include "engine/recording_session.hpp"
#include "model/engine_labels.hpp"
#include "runner/container/build_network.hpp"
#include "runner/image/job.hpp"

using namespace triphammer;
using namespace triphammer::runner;
using triphammer::testing::must;
using triphammer::testing::RecordingSession;
using triphammer::testing::setting;

namespace {

constexpr const char* kJob = "labelled";

struct Built {
    JobOutcome outcome;
    std::string log;
};

/// Builds "FROM, COPY . /app, list it" of a folder with this .dockerignore ("": none) for `run`.
Task<Built> build_with_ignored(Executor executor, std::string run, std::string ignored) {
    RecordingSession session{executor};
    session.document_.executor.docker_host = setting("DOCKER_HOST");
    session.document_.source.sha = std::string(40, 'b');
    session.document_.source.repository = "acme/app";
    session.document_.run_id = std::move(run);
    session.document_.job.key = kJob;
    session.document_.job.image = model::ImageSpec{};
    session.document_.job.image->push = {"false", {}};
    session.source["Dockerfile"] =
        "FROM triphammer/busybox\nCOPY . /app\n"
        "RUN echo holds: $(ls -A /app), told: $(grep -c LABE[L] /app/Dockerfile)\n";
    if (!ignored.empty()) session.source[".dockerignore"] = ignored;
    const auto none_needed = [](const JobSession&) -> Task<Result<NeededImages>> {
        co_return NeededImages{};
    };
    auto running = run_image_job(session, make_build_network, none_needed);
    Built built;
    built.outcome = co_await std::move(running);
    built.log = session.log_;
    co_return built;
}

Built build(std::string run, std::string ignored) {
    return triphammer::testing::run_task<Built>([&](Executor executor) {
        return build_with_ignored(executor, run, ignored);
    });
}

/// Removes them; how many there were.
Task<std::size_t> take_images_of(std::string run) {
    auto connecting = must(docker::Engine::connect(setting("DOCKER_HOST")));
    const auto engine = co_await std::move(connecting);
    auto listing = must(engine->list_images({{"triphammer.job", kJob}, {"triphammer.run", run}}));
    const auto images = co_await std::move(listing);
    for (const auto& image : images) {
        auto removing = engine->remove_image(image.id);
        co_await std::move(removing);
    }
    co_return images.size();
}

std::size_t count_of(const std::string& run) {
    return triphammer::testing::run_task<std::size_t>([&](Executor) { return take_images_of(run); }
    );
}

std::size_t occurrences(const std::string& text, std::string_view words) {
    std::size_t count = 0;
    for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1))
        ++count;
    return count;
}

void expect_unseen(const std::string& ignored, const std::string& holds, std::size_t builds) {
    const auto first = build("1", ignored);
    const auto second = build("2", ignored);

    ASSERT_EQ(first.outcome.state, model::JobState::succeeded) << first.outcome.reason << first.log;
    EXPECT_NE(first.log.find("holds: " + holds + ", told: 0"), std::string::npos) << first.log;
    EXPECT_EQ(occurrences(first.log, "Successfully built"), builds) << first.log;
    EXPECT_NE(second.outcome.outputs.at("image-id"), first.outcome.outputs.at("image-id"));
    EXPECT_EQ(occurrences(second.log, "Using cache"), 2U) << second.log;
    EXPECT_EQ(count_of("2"), 1U);
    EXPECT_EQ(count_of("1"), 1U);
}

}  // namespace

TEST(LabelsOfImages, AreSeenByNoCopyAndLeaveTheCacheAsItIs) {
    expect_unseen("", "Dockerfile", 1);
    expect_unseen(".dockerignore\n", "Dockerfile", 1);
    expect_unseen("secret\n", ".dockerignore Dockerfile", 2);
}

TEST(LabelsOfImages, AreSeenByNoCopyWhereTheDockerfileIsIgnored) {
    const auto built = build("3", "Dockerfile\n");

    ASSERT_EQ(built.outcome.state, model::JobState::succeeded) << built.outcome.reason << built.log;
    EXPECT_EQ(occurrences(built.log, "Successfully built"), 1U) << built.log;
    EXPECT_NE(built.log.find("holds: .dockerignore, told:"), std::string::npos) << built.log;
    EXPECT_EQ(count_of("3"), 1U);
}
