#include "runner/image/work.hpp"

#include "runner/session/step_log.hpp"
#include "runner/session/unless_stopped.hpp"

#include <utility>

namespace triphammer::runner {

namespace {

constexpr std::uint64_t kMaxContext = 4ULL << 30U;

}  // namespace

docker::BuildRequest ImageWork::request() const {
    docker::BuildRequest request;
    request.dockerfile = plan_.dockerfile;
    request.target = plan_.target;
    request.build_args = plan_.build_args;
    request.labels = plan_.labels;
    for (const auto& tag : plan_.tags) request.tags.push_back(tag.text());
    if (!plan_.tags.empty()) request.credentials = credentials_for(plan_, plan_.tags.front());
    return request;
}

Task<ImageResult> ImageWork::build(int step) {
    auto connecting = docker::Engine::connect(session_.document().executor.docker_host);
    auto engine = co_await std::move(connecting);
    if (!engine) co_return explain_refusal(engine.error(), "");
    engine_ = std::move(*engine);
    auto context = docker::open_context(plan_.context, plan_.dockerfile, kMaxContext);
    if (!context) co_return explain_refusal(context.error(), "");
    StepLog log{session_, step};
    auto telling = log.line(
        "Sending " + std::to_string(context->file_count()) + " entries, " +
        std::to_string(context->content_bytes()) + " bytes, to " + engine_->version().engine + "\n"
    );
    co_await std::move(telling);
    auto building = unless_stopped(engine_->build(request(), *context, log), session_.stop());
    auto built = co_await std::move(building);
    if (!built) co_return explain_refusal(built.error(), plan_.dockerfile);
    if (built->image_id.empty()) co_return explain_build(*built, plan_.dockerfile);
    outputs_["image-id"] = built->image_id;
    co_return ImageResult{};
}

Task<ImageResult> ImageWork::push(int step) {
    for (const auto& tag : plan_.tags) {
        auto pushing = push_one(tag, step);
        auto failure = co_await std::move(pushing);
        if (failure) co_return failure;
    }
    StepLog log{session_, step};
    auto telling = log.line("Pushed " + outputs_["ref"] + "\n");
    co_await std::move(telling);
    co_return ImageResult{};
}

Task<ImageResult> ImageWork::push_one(docker::ImageReference tag, int step) {
    const auto credentials = credentials_for(plan_, tag);
    StepLog log{session_, step};
    auto pushing = unless_stopped(engine_->push(tag, credentials, &log), session_.stop());
    auto pushed = co_await std::move(pushing);
    if (!pushed) co_return explain_push(pushed.error(), tag.registry());
    auto asking = unless_stopped(engine_->registry_digest(tag, credentials), session_.stop());
    auto confirmed = co_await std::move(asking);
    if (!confirmed) co_return explain_push(confirmed.error(), tag.registry());
    if (!pushed->empty() && *pushed != *confirmed) {
        co_return ImageFailure{
            model::Cause::infrastructure,
            tag.text() + " was pushed as " + *pushed + ", but the registry has " + *confirmed +
                ": somebody else pushes the same tag",
            0};
    }
    keep_digest(tag, *confirmed);
    co_return ImageResult{};
}

/// The first tag's name is what later jobs deploy.
void ImageWork::keep_digest(const docker::ImageReference& tag, const std::string& digest) {
    if (outputs_.contains("digest")) return;
    outputs_["digest"] = digest;
    outputs_["ref"] = tag.by_digest(digest);
}

}  // namespace triphammer::runner
