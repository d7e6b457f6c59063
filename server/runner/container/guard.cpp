#include "runner/container/guard.hpp"

#include <string_view>
#include <utility>

namespace triphammer::embedded {

const char* supervisor_begin();
const char* supervisor_end();

}  // namespace triphammer::embedded

namespace triphammer::runner {

namespace {

constexpr const char* kFolder = ".triphammer";
constexpr const char* kProgram = ".triphammer/supervisor";

std::string_view bytes_of_supervisor() {
    return {
        embedded::supervisor_begin(),
        static_cast<std::size_t>(embedded::supervisor_end() - embedded::supervisor_begin())};
}

}  // namespace

std::string supervisor_path() {
    return std::string{"/"} + kProgram;
}

void add_supervisor(docker::TarBuilder& tar) {
    tar.add_directory(kFolder);
    tar.add_file(kProgram, bytes_of_supervisor(), 0755);
}

Task<Result<>> put_supervisor(
    docker::Engine& engine, std::string container, const docker::ContainerSpec& spec
) {
    docker::TarBuilder tar;
    std::string folder = "/";
    if (spec.read_only) {  // its volume may be written, the root may not
        folder += kFolder;
        tar.add_file("supervisor", bytes_of_supervisor(), 0755);
    } else {
        add_supervisor(tar);
    }
    docker::TextSource source{tar.finish()};
    auto putting = engine.put_archive(std::move(container), std::move(folder), source);
    co_return co_await std::move(putting);
}

void guard_steps(docker::ContainerSpec& spec) {
    spec.entrypoint = {supervisor_path(), "steps"};
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
    // The engine puts no files on a root that it may not write.
    if (spec.read_only) spec.anonymous_volumes.push_back(std::string{"/"} + kFolder);
    return {};
}

Task<Result<>> open_gate(
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
    auto creating = place.create_container(spec, std::move(suffix));
    const auto id = co_await std::move(creating);
    if (!id) co_return id.error();
    auto putting = put_supervisor(place.engine(), *id, spec);
    auto done = co_await std::move(putting);
    if (!done) co_return done;
    auto starting = place.engine().start_container(*id);
    done = co_await std::move(starting);
    if (!done) co_return done;
    auto waiting = place.engine().wait_container(*id);
    const auto status = co_await std::move(waiting);
    if (!status) co_return status.error();
    if (*status == 0) {
        auto removing = place.engine().remove_container(*id);
        co_return co_await std::move(removing);
    }
    co_return Error{
        Code::io, "its network cannot be guarded: the engine lets nobody set routes there"};
}

}  // namespace triphammer::runner
