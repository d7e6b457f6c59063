#include "runner/container/engine_place.hpp"

#include "base/log.hpp"
#include "base/task_group.hpp"
#include "model/engine_labels.hpp"
#include "runner/container/supervisor.hpp"
#include "runner/session/step_log.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace triphammer::runner {

namespace {

/// What is not removed now the launcher's sweep finds by its labels.
void note(const Result<>& done) {
    if (!done) log::warning("the engine does not do all", {{"error", done.error().message}});
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

/// It only saves time: without one the attempt makes its own.
Task<> EnginePlace::take_network() {
    const auto& document = session_.document();
    auto taking = take_ready_network(*engine_, document.server_id, document.fence);
    auto taken = co_await std::move(taking);
    if (taken) {
        taken_ = std::move(*taken);
    } else {
        note(taken.error());
    }
}

std::string EnginePlace::steps_network() const {
    return is_taken() ? "container:" + taken_->keeper : network();
}

Task<Result<>> EnginePlace::make_network() {
    if (is_taken()) co_return Result<>{};
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

Task<Result<std::unique_ptr<docker::AttachedStream>>> EnginePlace::start_container(
    std::string id, bool with_input
) {
    return start_supervised(*engine_, std::move(id), with_input, labels());
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
    if (taken_) removals.spawn("remove", remove_container(*engine_, taken_->keeper));
    auto joining = removals.join();
    co_await std::move(joining);
}

Task<> EnginePlace::remove_networks() {
    auto listing = engine_->list_networks(labels());
    const auto found = co_await std::move(listing);
    if (!found) co_return note(found.error());
    std::vector<std::string> names;
    for (const auto& network : *found) names.push_back(network.id);
    if (taken_) names.push_back(taken_->name);
    for (const auto& name : names) {
        auto removing = engine_->remove_network(name);
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
