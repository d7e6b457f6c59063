// Which builder a Dockerfile gets, which network its commands have, and whether they can run.
#include "base/file.hpp"
#include "base/text.hpp"
#include "docker/engine_facts.hpp"
#include "runner/image/emulation.hpp"
#include "runner/image/work.hpp"
#include "runner/session/unless_stopped.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

namespace triphammer::runner {

namespace {

constexpr std::uint64_t kMaxDockerfile = 1U << 20U;

ImageFailure unbuildable(std::string sentence) {
    return {model::Cause::invalid, std::move(sentence), 0};
}

}  // namespace

bool is_of_platform(const std::string& platform, const std::string& wanted) {
    const auto have = split(platform, '/');
    const auto want = split(wanted, '/');
    return have.size() > 1 && want.size() > 1 && have[0] == want[0] && have[1] == want[1];
}

/// Where platforms are named: an engine does not always build for its own alone then.
Task<ImageResult> ImageWork::look_at_engine(int) {
    if (plan_.platforms.empty()) co_return ImageResult{};
    const auto& host = session_.document().executor.docker_host;
    auto facts = docker::EngineFacts::at(host, engine_->version().api);
    if (!facts) co_return explain_refusal(facts.error(), "");
    auto asking = facts->platform();
    auto platform = co_await std::move(asking);
    if (!platform) co_return explain_refusal(platform.error(), "");
    own_platform_ = std::move(*platform);
    co_return ImageResult{};
}

bool ImageWork::is_foreign(const std::string& platform) const {
    return !platform.empty() && !is_of_platform(own_platform_, platform);
}

/// What only BuildKit does; empty: nothing. The older builder makes everything that begins FROM
/// scratch an image of its own platform, and puts another one's base in place of the engine's own.
std::string ImageWork::buildkit_reason() const {
    if (!facts_.buildkit_word.empty() || plan_.is_apart) return facts_.buildkit_word;
    if (has_several()) return "several platforms";
    const bool is_other = !plan_.platforms.empty() && is_foreign(plan_.platforms.front());
    return is_other && !facts_.has_run ? "platforms: " + plan_.platforms.front() : std::string{};
}

/// BuildKit only where it has to be: its commands get no guarded network (docs/adr/0066).
Task<ImageResult> ImageWork::choose_builder(int step) {
    const auto file = std::filesystem::path{plan_.context} / plan_.dockerfile;
    auto text = read_file(file, kMaxDockerfile);
    if (!text) co_return explain_refusal(text.error(), "");
    dockerfile_text_ = std::move(*text);
    facts_ = docker::read_dockerfile(dockerfile_text_);
    has_triggers_ = to_lower(dockerfile_text_).find("onbuild") != std::string::npos;
    const auto at = plan_.dockerfile + ", ";
    if (!facts_.fetch_word.empty()) {
        co_return unbuildable(
            at + facts_.fetch_word +
            ": what the engine itself fetches could be the metadata of its instance. Fetch it in a "
            "RUN, and write COPY for files of the context, without variables or quotes for ADD"
        );
    }
    const auto why = buildkit_reason();
    const bool needs_buildkit = !why.empty() && plan_.builder != "classic";
    if (plan_.builder != "buildkit" && !needs_buildkit) co_return ImageResult{};
    if (plan_.is_apart) {
        co_return unbuildable(
            at + why +
            " needs BuildKit, and what its cache mounts keep is everybody's: pull requests from "
            "forks are built without it"
        );
    }
    if (!facts_.session_word.empty()) {
        co_return unbuildable(
            at + facts_.session_word +
            ": builds get no secrets here. Fetch what needs one in a step before the build, and "
            "COPY it"
        );
    }
    if (!engine_->version().has_buildkit) {
        co_return unbuildable(
            at + (needs_buildkit ? why : std::string{"builder: buildkit"}) + ": the engine (" +
            engine_->version().engine + ") has no BuildKit"
        );
    }
    builder_ = docker::Builder::buildkit;
    auto telling =
        tell(step, "BuildKit builds" + (needs_buildkit ? ", for " + why : std::string{}));
    co_await std::move(telling);
    co_return ImageResult{};
}

/// Before anything is built: what would end in the middle of it.
Task<ImageResult> ImageWork::check_platforms(int) {
    std::vector<std::string> foreign;
    std::copy_if(
        plan_.platforms.begin(),
        plan_.platforms.end(),
        std::back_inserter(foreign),
        [this](const std::string& platform) { return is_foreign(platform); }
    );
    // The smoke command runs in an image of the engine's own platform, where there is one.
    auto word = facts_.target_run_word;
    if (word.empty() && !plan_.smoke.empty() && foreign.size() == plan_.platforms.size()) {
        word = "smoke";
        foreign.resize(std::min<std::size_t>(foreign.size(), 1));
    }
    if (foreign.empty() || word.empty()) co_return ImageResult{};
    auto finding = unless_stopped(find_unrunnable(session_, *engine_, foreign), session_.stop());
    const auto found = co_await std::move(finding);
    if (!found) co_return explain_refusal(found.error(), "");
    if (found->empty()) co_return ImageResult{};
    co_return unbuildable(
        "platforms: " + join(*found, ", ") + ": this engine (" + own_platform_ +
        ") runs no programs of it, and " +
        (word == "smoke" ? word : plan_.dockerfile + ", " + word) +
        " wants that. Install an emulation on the engine's machine (Debian: apt-get install "
        "qemu-user-static), or have the commands run in a stage FROM --platform=$BUILDPLATFORM and "
        "COPY their results"
    );
}

Task<ImageResult> ImageWork::choose_network(int step) {
    const bool is_open = session_.document().executor.open_builds;
    network_mode_ = "none";
    if (!facts_.has_run) co_return ImageResult{};
    if (builder_ == docker::Builder::classic) {
        auto opening = network_->open(*engine_);
        auto mode = co_await std::move(opening);
        if (!mode) co_return explain_refusal(mode.error(), "");
        network_mode_ = std::move(*mode);
        co_return ImageResult{};
    }
    if (is_open) {
        network_mode_.clear();
        co_return ImageResult{};
    }
    auto telling = tell(
        step,
        "RUN has no network: BuildKit's cannot be cut off from the instance's metadata "
        "(docker.buildkit_network of the server's configuration)"
    );
    co_await std::move(telling);
    co_return ImageResult{};
}

}  // namespace triphammer::runner
