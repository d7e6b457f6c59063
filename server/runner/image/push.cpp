#include "base/task_group.hpp"
#include "base/text.hpp"
#include "runner/image/work.hpp"
#include "runner/session/unless_stopped.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace triphammer::runner {

namespace {

/// ECR: "tag invalid: The image tag '1' already exists in the 'app' repository and cannot be
/// overwritten because the repository is immutable".
bool is_immutable(const Error& refusal) {
    const auto words = to_lower(refusal.message);
    return words.find("immutable") != words.npos ||
           words.find("cannot be overwritten") != words.npos;
}

}  // namespace

/// The build's network goes meanwhile, and what may be pruned is listed: who waits for the image
/// need not wait for that, too.
Task<ImageResult> ImageWork::push(int step) {
    TaskGroup beside{co_await boost::asio::this_coro::executor, {}};
    beside.spawn("network", network_->close(*engine_));
    beside.spawn("images", list_older());
    auto pushing = push_all(step);
    auto failure = co_await std::move(pushing);
    auto joining = beside.join();
    co_await std::move(joining);
    co_return failure;
}

Task<ImageResult> ImageWork::push_all(int step) {
    for (const auto& tag : plan_.tags) {
        auto pushing = has_several() ? push_index(tag, step) : push_one(tag, step);
        auto failure = co_await std::move(pushing);
        if (failure) co_return failure;
    }
    auto telling = tell(step, "Pushed " + outputs_["ref"]);
    co_await std::move(telling);
    co_return ImageResult{};
}

Task<ImageResult> ImageWork::push_one(docker::ImageReference tag, int step) {
    auto pushing = push_image(tag, image_id_, step);
    auto failure = co_await std::move(pushing);
    if (failure) co_return failure;
    co_return keep_digest(tag, read_back_);
}

/// What `read_back_` is afterwards.
Task<ImageResult> ImageWork::push_image(docker::ImageReference tag, std::string id, int step) {
    StepLog log{session_, step};
    const auto login = credentials_for(plan_, tag);
    auto pushing = unless_stopped(engine_->push(tag, login, &log), session_.stop());
    auto pushed = co_await std::move(pushing);
    if (!pushed && is_immutable(pushed.error())) {
        auto finding = find_immutable(tag, std::move(id), pushed.error(), step);
        pushed = co_await std::move(finding);
    }
    if (!pushed) co_return explain_push(pushed.error(), tag.registry());
    auto confirming = confirm(std::move(tag), std::move(*pushed));
    co_return co_await std::move(confirming);
}

/// The digest of a tag that may not move, where it is the image that was built.
Task<Result<std::string>> ImageWork::find_immutable(
    docker::ImageReference tag, std::string id, Error refusal, int step
) {
    const auto login = credentials_for(plan_, tag);
    auto asking = unless_stopped(engine_->registry_digest(tag, login), session_.stop());
    const auto there = co_await std::move(asking);
    if (!there) co_return refusal;
    auto known = tag;
    known.tag.clear();
    known.digest = *there;
    StepLog log{session_, step};
    auto pulling = unless_stopped(engine_->pull(known, login, &log), session_.stop());
    const auto pulled = co_await std::move(pulling);
    if (!pulled) co_return pulled.error();
    auto looking = engine_->inspect_image(known.text());
    const auto image = co_await std::move(looking);
    if (!image) co_return image.error();
    if (image->id == id) {
        auto telling = tell(step, tag.text() + " is this image already");
        co_await std::move(telling);
        co_return *there;
    }
    auto removing = engine_->remove_image(known.text());
    co_await std::move(removing);
    co_return Error{
        Code::conflict,
        tag.text() + " exists already, with " + *there +
            ", and tags of this repository never move: "
            "this build made another image (" +
            id + "). Name a tag of its own, of the commit say"};
}

Task<ImageResult> ImageWork::confirm(docker::ImageReference tag, std::string pushed) {
    const auto login = credentials_for(plan_, tag);
    auto asking = unless_stopped(engine_->registry_digest(tag, login), session_.stop());
    const auto confirmed = co_await std::move(asking);
    if (!confirmed) co_return explain_push(confirmed.error(), tag.registry());
    read_back_ = pushed.empty() ? *confirmed : pushed;
    if (read_back_ != *confirmed) co_return changed_meanwhile(tag, *confirmed);
    co_return ImageResult{};
}

ImageResult ImageWork::changed_meanwhile(
    const docker::ImageReference& tag, const std::string& there
) const {
    return ImageFailure{
        model::Cause::infrastructure,
        tag.text() + " was pushed as " + read_back_ + ", but the registry has " + there +
            ": somebody else pushes the same tag",
        0};
}

/// The first tag's name is what later jobs deploy; every other one has to be the same image.
ImageResult ImageWork::keep_digest(const docker::ImageReference& tag, const std::string& digest) {
    if (first_tag_.empty()) {
        first_tag_ = tag.text();
        outputs_["digest"] = digest;
        outputs_["ref"] = tag.by_digest(digest);
        return {};
    }
    if (outputs_["digest"] == digest) return {};
    const auto first = outputs_["digest"];
    for (const auto* name : {"digest", "ref"}) outputs_.erase(name);
    return ImageFailure{
        model::Cause::infrastructure,
        "the registries do not have the same image: " + first_tag_ + " is " + first + ", " +
            tag.text() + " is " + digest + ". Nothing of it is to be deployed",
        0};
}

}  // namespace triphammer::runner
