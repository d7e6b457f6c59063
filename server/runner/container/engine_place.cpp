#include "runner/container/engine_place.hpp"

#include "base/log.hpp"
#include "base/task_group.hpp"
#include "model/engine_labels.hpp"
#include "runner/container/guard.hpp"
#include "runner/session/step_log.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace triphammer::runner {

namespace {

/// What is not removed now the launcher's sweep finds by its labels.
void note(const Result<>& removed) {
    if (!removed) log::warning("cannot remove what is left", {{"error", removed.error().message}});
}

Task<> remove_container(docker::Engine& engine, std::string id) {
    auto removing = engine.remove_container(std::move(id));
    const auto removed = co_await std::move(removing);
    note(removed);
}

}  // namespace

Task<Result<>> EnginePlace::connect() {
    auto connecting = docker::Engine::connect(session_.document().executor.docker_host);
    auto engine = co_await std::move(connecting);
    if (!engine) co_return engine.error();
    engine_ = std::move(*engine);
    co_return Result<>{};
}

std::string EnginePlace::name(const std::string& suffix) const {
    const auto& document = session_.document();
    return model::engine_prefix(document.server_id) + std::to_string(document.fence) + "-" + suffix;
}

docker::Labels EnginePlace::labels() const {
    const auto& document = session_.document();
    return {
        {model::kServerLabel, document.server_id},
        {model::kFenceLabel, std::to_string(document.fence)},
        {model::kRoleLabel, model::kJobRole}};
}

Task<Result<>> EnginePlace::make_network() {
    auto making = engine_->create_network(network(), labels());
    const auto made = co_await std::move(making);
    if (!made) co_return made.error();
    co_return Result<>{};
}

Task<Result<docker::ImageInfo>> EnginePlace::get_image(ContainerPlan plan) {
    auto looking = engine_->inspect_image(plan.image.text());
    auto image = co_await std::move(looking);
    if (image || image.error().code != Code::not_found) co_return image;
    StepLog log{session_, 0};
    auto pulling = engine_->pull(plan.image, std::move(plan.credentials), &log);
    const auto pulled = co_await std::move(pulling);
    if (!pulled) co_return pulled.error();
    auto again = engine_->inspect_image(plan.image.text());
    co_return co_await std::move(again);
}

/// A volume that outlived its job would carry one job's files into another's.
Task<Result<>> EnginePlace::make_volumes(docker::ContainerSpec& spec) {
    for (auto& volume : spec.volumes) {
        volume.insert(0, name(""));
        auto making = engine_->create_volume(volume.substr(0, volume.find(':')), labels());
        const auto made = co_await std::move(making);
        if (!made) co_return made;
    }
    co_return Result<>{};
}

Task<Result<std::string>> EnginePlace::create_container(
    docker::ContainerSpec spec, std::string suffix
) {
    spec.name = name(suffix);
    for (auto& [label, value] : labels()) spec.labels[label] = value;
    if (spec.network.empty()) spec.network = network();
    spec.log_driver = "none";  // the attached stream is the only reader; nothing is kept twice
    auto volumes = make_volumes(spec);
    const auto made = co_await std::move(volumes);
    if (!made) co_return made.error();
    if (is_supervised(spec)) spec.volumes.push_back(supervisor_mount());
    auto creating = engine_->create_container(std::move(spec));
    co_return co_await std::move(creating);
}

using Stream = std::unique_ptr<docker::AttachedStream>;

Task<Result<Stream>> EnginePlace::try_start(const std::string& id, bool with_input) {
    auto attaching = with_input ? engine_->attach(id) : engine_->attach_output(id);
    auto stream = co_await std::move(attaching);
    if (!stream) co_return stream.error();
    auto starting = engine_->start_container(id);
    const auto started = co_await std::move(starting);
    if (!started) co_return started.error();
    co_return std::move(*stream);
}

/// That it is not there is known by the start that fails: asking first would cost every job a call,
/// and a volume that is there may be empty.
Task<Result<Stream>> EnginePlace::start_container(std::string id, bool with_input) {
    auto trying = try_start(id, with_input);
    auto stream = co_await std::move(trying);
    const bool is_missing =
        !stream && stream.error().message.find(supervisor_path()) != std::string::npos;
    if (!is_missing) co_return stream;
    auto installing = install(id);
    const auto installed = co_await std::move(installing);
    if (!installed) co_return installed.error();
    auto again = try_start(id, with_input);
    co_return co_await std::move(again);
}

Task<Result<>> EnginePlace::install(const std::string& for_container) {
    auto inspecting = engine_->inspect_container(for_container);
    const auto info = co_await std::move(inspecting);
    if (!info) co_return info.error();
    docker::ContainerSpec helper;
    helper.image = info->image_id;
    helper.name = info->name + "-supervisor";
    helper.labels = labels();
    auto installing = install_supervisor(*engine_, std::move(helper));
    co_return co_await std::move(installing);
}

Task<> EnginePlace::remove_all() {
    if (!engine_) co_return;
    auto containers = remove_containers();
    co_await std::move(containers);
    auto networks = remove_networks();
    co_await std::move(networks);
    auto volumes = remove_volumes();
    co_await std::move(volumes);
}

Task<> EnginePlace::remove_containers() {
    auto listing = engine_->list_containers(labels());
    const auto found = co_await std::move(listing);
    if (!found) co_return note(found.error());
    TaskGroup removals{co_await boost::asio::this_coro::executor, {}};
    for (const auto& container : *found) {
        removals.spawn("remove", remove_container(*engine_, container.id));
    }
    auto joining = removals.join();
    co_await std::move(joining);
}

Task<> EnginePlace::remove_networks() {
    auto listing = engine_->list_networks(labels());
    const auto found = co_await std::move(listing);
    if (!found) co_return note(found.error());
    for (const auto& network : *found) {
        auto removing = engine_->remove_network(network.id);
        const auto removed = co_await std::move(removing);
        note(removed);
    }
}

Task<> EnginePlace::remove_volumes() {
    auto listing = engine_->list_volumes(labels());
    const auto found = co_await std::move(listing);
    if (!found) co_return note(found.error());
    for (const auto& volume : *found) {
        auto removing = engine_->remove_volume(volume);
        const auto removed = co_await std::move(removing);
        note(removed);
    }
}

}  // namespace triphammer::runner
