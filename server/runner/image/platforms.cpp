// One image for each platform, and the index that has them all.
#include "docker/engine_facts.hpp"
#include "docker/registry.hpp"
#include "runner/image/work.hpp"
#include "runner/session/unless_stopped.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::runner {

/// "" where none is named: the engine's own.
std::vector<std::string> ImageWork::wanted_platforms() const {
    return plan_.platforms.empty() ? std::vector<std::string>{""} : plan_.platforms;
}

/// A run's images count as one.
std::int64_t ImageWork::images_to_keep() const {
    if (plan_.keep_count == 0) return 0;
    const auto each = static_cast<std::int64_t>(wanted_platforms().size());
    return (plan_.keep_count - 1) * each + 1;
}

Task<ImageResult> ImageWork::run_builds(int step) {
    const auto platforms = wanted_platforms();
    for (const auto& platform : platforms) {
        platform_ = platform;
        is_whole_ = false;
        if (has_several()) {
            auto telling = tell(step, "Building for " + platform_);
            co_await std::move(telling);
        }
        auto building = run_build(step);
        auto failure = co_await std::move(building);
        if (failure && has_several()) failure->sentence.insert(0, platform_ + ": ");
        if (failure) co_return failure;
    }
    auto choosing = choose_image();
    co_return co_await std::move(choosing);
}

/// Of several the engine's own is the one that is tried and that has the tags here.
Task<ImageResult> ImageWork::choose_image() {
    if (!has_several()) co_return ImageResult{};
    const auto found = std::find_if(built_.begin(), built_.end(), [this](const BuiltImage& one) {
        return !is_foreign(one.platform);
    });
    image_id_ = (found == built_.end() ? built_.front() : *found).id;
    auto looking = engine_->inspect_image(image_id_);
    const auto image = co_await std::move(looking);
    if (!image) co_return explain_refusal(image.error(), "");
    outputs_["image-id"] = image_id_;
    outputs_["size"] = std::to_string(image->bytes);
    co_return ImageResult{};
}

Task<ImageResult> ImageWork::name_one(docker::ImageReference tag, std::string id) {
    auto naming = engine_->tag_image(std::move(id), tag.repository, tag.tag);
    const auto named = co_await std::move(naming);
    if (!named) co_return explain_refusal(with_context(tag.text(), named.error()), "");
    co_return ImageResult{};
}

/// Of several each has a name of its own, by which the engine pushes it.
Task<ImageResult> ImageWork::name_parts(docker::ImageReference tag) {
    for (const auto& one : built_) {
        if (!has_several()) break;
        auto naming = name_one(name_for_platform(tag, one.platform), one.id);
        auto failure = co_await std::move(naming);
        if (failure) co_return failure;
    }
    co_return ImageResult{};
}

Task<ImageResult> ImageWork::name(int step) {
    for (const auto& tag : plan_.tags) {
        auto naming_parts = name_parts(tag);
        auto failure = co_await std::move(naming_parts);
        if (failure) co_return failure;
        auto naming = name_one(tag, image_id_);
        failure = co_await std::move(naming);
        if (failure) co_return failure;
    }
    if (!plan_.is_apart) co_return ImageResult{};
    auto telling = tell(step, "A stranger's image: it gets no name, is not pushed and goes again");
    co_await std::move(telling);
    co_return ImageResult{};
}

/// Each platform's image by its own name, then the index under `tag`, which is read back.
Task<ImageResult> ImageWork::push_index(docker::ImageReference tag, int step) {
    const auto& host = session_.document().executor.docker_host;
    auto facts = docker::EngineFacts::at(host, engine_->version().api);
    if (!facts) co_return explain_refusal(facts.error(), "");
    std::vector<docker::IndexEntry> entries;
    for (const auto& one : built_) {
        const auto part = name_for_platform(tag, one.platform);
        auto pushing = push_image(part, one.id, step);
        auto failure = co_await std::move(pushing);
        if (failure) co_return failure;
        auto describing = facts->describe(part, credentials_for(plan_, part));
        auto manifest = co_await std::move(describing);
        if (!manifest) co_return explain_push(manifest.error(), tag.registry());
        if (manifest->digest != read_back_) co_return changed_meanwhile(part, manifest->digest);
        entries.push_back({std::move(*manifest), one.platform});
    }
    auto index = docker::make_index(entries);
    if (!index) co_return explain_refusal(index.error(), "");
    auto asking = facts->is_insecure(tag.registry());
    const auto is_insecure = co_await std::move(asking);
    if (!is_insecure) co_return explain_refusal(is_insecure.error(), "");
    auto putting = put_index(tag, std::move(*index), *is_insecure);
    auto failure = co_await std::move(putting);
    if (failure) co_return failure;
    co_return keep_digest(tag, read_back_);
}

Task<ImageResult> ImageWork::put_index(
    docker::ImageReference tag, docker::ImageIndex index, bool is_insecure
) {
    auto registry = docker::Registry::at(tag.registry(), is_insecure);
    if (!registry) co_return explain_refusal(registry.error(), "");
    const auto digest = index.digest;
    auto putting = unless_stopped(
        registry->put_index(tag, credentials_for(plan_, tag), std::move(index)), session_.stop()
    );
    const auto put = co_await std::move(putting);
    const bool is_fixed = !put && put.error().code == Code::conflict;
    if (!put && !is_fixed) co_return explain_push(put.error(), tag.registry());
    auto confirming = confirm(tag, is_fixed ? std::string{} : digest);
    auto failure = co_await std::move(confirming);
    if (failure || read_back_ == digest) co_return failure;
    // A tag that may not move is no failure where it is this very index already.
    co_return explain_push(
        conflict(
            tag.text() + " exists already, with " + read_back_ +
            ", and tags of this repository never move: this build made " + digest +
            ". Name a tag of its own, of the commit say"
        ),
        tag.registry()
    );
}

}  // namespace triphammer::runner
