#include "app/workshop.hpp"

#include "access/repository_keys.hpp"
#include "app/remotes.hpp"
#include "app/run_here.hpp"
#include "app/services.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace triphammer::app {

namespace {

git::MirrorSettings mirror_settings(const Config& config, const char* folder) {
    git::MirrorSettings settings;
    settings.folder = std::filesystem::absolute(config.data) / folder;
    return settings;
}

launch::DocumentSettings document_settings(const Config& config, const Core& core) {
    launch::DocumentSettings settings;
    settings.server_id = core.server_id;
    settings.server_url = config.base_url();
    settings.runs_on = config.runs_on;
    settings.docker_host = config.docker_host;
    settings.keep_images = config.keep_images;
    settings.open_builds = config.buildkit_network == "open";
    settings.switch_image = config.switch_image;
    settings.log_limit_bytes = config.log_max_bytes;
    return settings;
}

launch::DispatchSettings dispatch_settings(const Config& config, const Core& core) {
    launch::DispatchSettings settings;
    settings.workers = config.workers;
    settings.run = config.run_directory();
    settings.endpoint = config.run_directory() / "daemon.sock";
    settings.server_id = core.server_id;
    settings.docker_host = config.docker_host;
    settings.hidden = {std::filesystem::absolute(config.data).string()};
    return settings;
}

/// A page of comments is long.
github::ApiSettings clients_settings(const Config& config) {
    auto settings = api_settings(config);
    settings.body_limit = 16U << 20U;
    return settings;
}

api::Submodules submodules_of(const Config& config) {
    if (config.submodules == "registered") return api::Submodules::registered;
    if (config.submodules == "same-host") return api::Submodules::same_host;
    return api::Submodules::none;
}

Task<Result<Secret>> find_own_token(Core& core, std::string repository) {
    auto find = [&](store::Connection& db) -> Result<Secret> {
        const auto row = store::find_repository_by_name(db, repository);
        if (!row || !access::has_own_token(*row)) return Secret{};
        return access::open_clone_token(*core.sealer, *row);
    };
    auto finding = core.database->read(find);
    co_return co_await std::move(finding);
}

}  // namespace

Workshop::Workshop(const Config& given, Core& core, Executor executor)
    : config{given},
      keeper{
          {*core.database,
           blob_thread,
           core.clock,
           core.random,
           std::filesystem::absolute(given.data)},
          given.stored},
      live{executor, *core.database},
      mirrors{mirror_settings(given, "mirrors"), git_thread, spawner},
      action_mirrors{mirror_settings(given, "actions"), git_thread, spawner},
      documents{document_settings(given, core), *core.sealer},
      github_app{api_settings(given), core.clock},
      clients{clients_settings(given), github_app, core.clock},
      tokens{{executor, *core.database, *core.sealer, core.clock}, github_app},
      gateway{gateway_parts(executor, core), gateway_callbacks()},
      dispatcher{
          {executor,
           *core.database,
           core.clock,
           core.random,
           gateway,
           given.run_directory() / "launcher.sock"},
          dispatch_settings(given, core)},
      services{make_services(given, core, live)},
      router{services},
      server{executor, router} {
    clients.use([&core](std::string name) { return find_own_token(core, std::move(name)); });
    services.on_queue = [this] { dispatcher.wake(); };
    services.gateway = &gateway;
    services.mirrors = &mirrors;
    services.spawner = &spawner;
    services.tokens = &tokens;
    services.forge_app = &github_app;
    services.keeper = &keeper;
    services.submodules = submodules_of(config);
    services.git_thread = &git_thread;
    services.action_mirrors = &action_mirrors;
    services.action_remote = [this](const std::string& repository) {
        return make_action_remote(config, repository);
    };
}

launch::RunnerGateway::Parts Workshop::gateway_parts(const Executor& executor, Core& core) {
    launch::RunnerGateway::Parts parts{
        executor, *core.database, *core.logs, core.log_thread, documents, core.clock};
    parts.tokens = &tokens;
    return parts;
}

launch::RunnerGateway::Callbacks Workshop::gateway_callbacks() {
    launch::RunnerGateway::Callbacks callbacks;
    callbacks.on_attached = [this](model::Fence fence) { dispatcher.on_attached(fence); };
    callbacks.on_detached = [this](model::Fence fence) { dispatcher.on_detached(fence); };
    callbacks.on_silent = [this](model::Fence fence) { dispatcher.on_detached(fence, true); };
    callbacks.on_ending = [this](model::Fence fence) { dispatcher.on_ending(fence); };
    callbacks.on_over = [this](model::Fence fence) {
        dispatcher.on_over(fence);
        tokens.wake();
    };
    callbacks.on_log = [this](const launch::LogNews& news) {
        live.on_log({news.run, news.job, news.step, news.lines, news.bytes, news.done});
    };
    return callbacks;
}

Result<> Workshop::listen() {
    if (auto opened = run_here(keeper.open()); !opened) return opened;
    const auto run = config.run_directory();
    // Where the launcher is a service of its own, the folder and its mode are that one's.
    if (config.start_launcher || !std::filesystem::exists(run)) {
        // Runners of a launcher that is root are users of their own, and come through.
        const unsigned mode = ::geteuid() == 0 ? 0711 : 0750;
        if (auto made = make_directory(run, mode); !made) return made;
    }
    if (struct stat status{}; ::stat(run.c_str(), &status) == 0) services.launcher = status.st_uid;
    return server.listen_unix(run / "daemon.sock", 0666, std::string{api::kRunnerListener});
}

}  // namespace triphammer::app
