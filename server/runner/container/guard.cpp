#include "runner/container/guard.hpp"

#include "runner/container/supervisor.hpp"

#include <utility>

namespace triphammer::runner {

void guard_steps(docker::ContainerSpec& spec, const std::string& workspace, bool is_machine) {
    spec.entrypoint = {supervisor_path(), is_machine ? "machine" : "steps", workspace};
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
    auto waiting = wait_ready(**output);
    const auto ready = co_await std::move(waiting);
    if (ready) co_return ready;
    co_return with_context(
        "its network cannot be guarded, the engine lets nobody set routes there", ready.error()
    );
}

}  // namespace triphammer::runner
