#include "runner/container/guard.hpp"

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

std::string_view bytes_of_supervisor() {
    return {
        embedded::supervisor_begin(),
        static_cast<std::size_t>(embedded::supervisor_end() - embedded::supervisor_begin())};
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

Task<Result<>> install_supervisor(docker::Engine& engine, docker::ContainerSpec helper) {
    helper.entrypoint = {"none"};
    helper.network = "none";
    helper.volumes = {supervisor_volume() + ":" + kFolder + ":nocopy"};
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

void guard_steps(docker::ContainerSpec& spec, const std::string& workspace) {
    spec.entrypoint = {supervisor_path(), "steps", workspace};
    if (!spec.user.empty()) spec.entrypoint.push_back(std::move(spec.user));
    spec.command.clear();
    spec.user = "0:0";
    for (const char* right : {"NET_ADMIN", "SETPCAP"}) spec.add_capabilities.push_back(right);
    spec.health.emplace().test = {"NONE"};  // it would run with these rights
}

Result<> hide_behind_gate(docker::ContainerSpec& spec, const docker::ImageInfo& image) {
    const bool is_own = !spec.entrypoint.empty();
    auto command = is_own ? spec.entrypoint : image.entrypoint;
    const auto& rest = is_own || !spec.command.empty() ? spec.command : image.command;
    command.insert(command.end(), rest.begin(), rest.end());
    if (command.empty()) return invalid("the image names no program: write entrypoint or command");
    spec.entrypoint = {supervisor_path(), "gate"};
    spec.command = std::move(command);
    return {};
}

Task<Result<std::string>> make_guard(
    EnginePlace& place, std::string container, std::string image, std::string suffix
) {
    docker::ContainerSpec spec;
    spec.image = std::move(image);
    spec.entrypoint = {supervisor_path(), "guard"};
    spec.user = "0:0";
    spec.network = "container:" + container;
    spec.drop_capabilities = {"ALL"};
    spec.add_capabilities = {"NET_ADMIN"};
    spec.health.emplace().test = {"NONE"};
    return place.create_container(std::move(spec), std::move(suffix));
}

Task<Result<>> open_gate(EnginePlace& place, std::string guard) {
    auto starting = place.start_container(std::move(guard), false);
    const auto output = co_await std::move(starting);
    if (!output) co_return output.error();
    auto reading = (*output)->read();
    const auto words = co_await std::move(reading);
    if (!words) co_return words.error();
    if (trim(*words) == "ready") co_return Result<>{};
    co_return Error{
        Code::io,
        "its network cannot be guarded, the engine lets nobody set routes there: " +
            std::string{trim(*words)}};
}

}  // namespace triphammer::runner
