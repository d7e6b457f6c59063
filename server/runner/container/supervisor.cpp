#include "runner/container/supervisor.hpp"

#include "base/deadline.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "docker/tar.hpp"
#include "model/engine_labels.hpp"

#include <string_view>
#include <utility>

namespace triphammer::embedded {

const char* supervisor_begin();
const char* supervisor_end();

}  // namespace triphammer::embedded

namespace triphammer::runner {

namespace {

constexpr const char* kFolder = "/.triphammer";
constexpr const char* kProgram = "supervisor";
constexpr std::size_t kDigits = 16;
constexpr std::chrono::seconds kWordsLimit{10};

using Stream = std::unique_ptr<docker::AttachedStream>;

std::string_view bytes_of_supervisor() {
    return {
        embedded::supervisor_begin(),
        static_cast<std::size_t>(embedded::supervisor_end() - embedded::supervisor_begin())};
}

Task<Result<Stream>> try_start(docker::Engine& engine, std::string id, bool with_input) {
    auto attaching = with_input ? engine.attach(id) : engine.attach_output(id);
    auto stream = co_await std::move(attaching);
    if (!stream) co_return stream.error();
    auto starting = engine.start_container(id);
    const auto started = co_await std::move(starting);
    if (!started) co_return started.error();
    co_return std::move(*stream);
}

Task<Result<>> fill_volume(docker::Engine& engine, docker::ContainerSpec helper) {
    auto creating = engine.create_container(std::move(helper));
    const auto id = co_await std::move(creating);
    if (!id) co_return id.error();
    docker::TarBuilder tar;
    tar.add_file(kProgram, bytes_of_supervisor(), 0755);
    docker::TextSource source{tar.finish()};
    auto putting = engine.put_archive(*id, kFolder, source);
    auto put = co_await std::move(putting);
    auto removing = engine.remove_container(*id);
    const auto removed = co_await std::move(removing);
    co_return put ? removed : put;
}

/// By way of a container like the one that cannot start without it.
Task<Result<>> install(docker::Engine& engine, std::string id, docker::Labels labels) {
    auto inspecting = engine.inspect_container(std::move(id));
    const auto info = co_await std::move(inspecting);
    if (!info) co_return info.error();
    docker::ContainerSpec helper;
    helper.image = info->image_id;
    helper.name = info->name + "-supervisor";
    helper.labels = std::move(labels);
    helper.entrypoint = {"none"};
    helper.network = "none";
    helper.volumes = {supervisor_volume() + ":" + kFolder + ":nocopy"};
    auto filling = fill_volume(engine, std::move(helper));
    co_return co_await std::move(filling);
}

}  // namespace

std::string supervisor_path() {
    return std::string{kFolder} + "/" + kProgram;
}

bool is_supervised(const docker::ContainerSpec& spec) {
    return !spec.entrypoint.empty() && spec.entrypoint.front() == supervisor_path();
}

std::string supervisor_volume() {
    static const auto name =
        model::kSupervisorVolume + sha256_hex(bytes_of_supervisor()).substr(0, kDigits);
    return name;
}

/// Without `nocopy` an empty volume is filled with what the image has there.
std::string supervisor_mount() {
    return supervisor_volume() + ":" + kFolder + ":ro,nocopy";
}

/// That it is not there is known by the start that fails: asking first would cost every job a call,
/// and a volume that is there may be empty.
Task<Result<Stream>> start_supervised(
    docker::Engine& engine, std::string id, bool with_input, docker::Labels labels
) {
    auto trying = try_start(engine, id, with_input);
    auto stream = co_await std::move(trying);
    const bool is_missing =
        !stream && stream.error().message.find(supervisor_path()) != std::string::npos;
    if (!is_missing) co_return stream;
    auto installing = install(engine, id, std::move(labels));
    const auto installed = co_await std::move(installing);
    if (!installed) co_return installed.error();
    auto again = try_start(engine, std::move(id), with_input);
    co_return co_await std::move(again);
}

Task<Result<>> wait_ready(docker::AttachedStream& output) {
    auto reading = with_deadline(output.read(), kWordsLimit);
    const auto words = co_await std::move(reading);
    if (!words) co_return words.error();
    if (trim(*words) == "ready") co_return Result<>{};
    co_return Error{Code::io, std::string{trim(*words)}};
}

}  // namespace triphammer::runner
