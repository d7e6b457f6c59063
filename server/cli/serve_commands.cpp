#include "cli/serve_commands.hpp"

#include "api/routes.hpp"
#include "app/daemon.hpp"
#include "app/libraries.hpp"
#include "app/runner_program.hpp"
#include "app/services.hpp"
#include "base/log.hpp"
#include "launcher/beside.hpp"
#include "launcher/launcher.hpp"

#include <nlohmann/json.hpp>

#include <malloc.h>
#include <pwd.h>

namespace triphammer::cli {

namespace {

using nlohmann::json;

void configure_log(const app::Config& config) {
    using log::Level;
    auto level = Level::info;
    if (config.log_level == "debug") level = Level::debug;
    if (config.log_level == "warning") level = Level::warning;
    if (config.log_level == "error") level = Level::error;
    log::configure(level, config.log_format == "json" ? log::Format::json : log::Format::logfmt);
}

/// What a large body took goes back to the system with it: left to itself, the allocator keeps as
/// much for later as it once gave in one piece (mallopt(3)).
void give_large_memory_back() {
    ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
    ::mallopt(M_TRIM_THRESHOLD, 2 << 20);
}

}  // namespace

int serve(const Invocation& invocation) {
    const auto config = load_config(invocation);
    if (!config) return complain(config.error(), kUsage);
    configure_log(*config);
    give_large_memory_back();
    app::ServeOptions options;
    options.drain_jobs = invocation.arguments.has("drain-jobs");
    return app::serve(*config, options);
}

int launcher(const Invocation& invocation) {
    const auto config = load_config(invocation);
    if (!config) return complain(config.error(), kUsage);
    configure_log(*config);
    if (invocation.arguments.has("beside")) return launcher::keep_beside({config->docker_host});
    launcher::Settings settings;
    settings.run = invocation.arguments.value("run").value_or(config->run_directory().string());
    settings.socket = settings.run / "launcher.sock";
    if (!config->daemon_user.empty()) {
        const auto* user = ::getpwnam(config->daemon_user.c_str());
        if (user == nullptr) return complain("launcher.daemon_user: no such user", kUsage);
        settings.daemon_uid = user->pw_uid;
    }
    settings.cgroup = config->cgroup;
    const auto carried = app::runner_program();
    if (!carried) return complain(carried.error(), kUsage);
    auto program = launcher::write_out_runner(settings.run, *carried);
    if (!program) return complain(program.error(), kUsage);
    settings.runner_program = std::move(*program);
    settings.keeps_standby = true;
    settings.doctor = {"/proc/self/exe", "doctor", "--machine"};
    settings.keeps_networks = !invocation.arguments.has("once");
    return launcher::serve(std::move(settings));
}

int config_check(const Invocation& invocation) {
    const auto config = load_config(invocation);
    if (!config) return complain(config.error(), kUsage);
    for (const auto& [key, value] : app::describe(*config)) print(key + ": " + value + "\n");
    print("# run directory: " + config->run_directory().string() + "\n");
    for (const auto& line : app::library_versions()) print("# " + line + "\n");
    return kDone;
}

int show_routes(const Invocation& invocation) {
    auto list = json::array();
    for (const auto& route : api::routes()) {
        list.push_back(
            {{"method", http::name_of(route.method)},
             {"path", route.pattern},
             {"role", api::name_of(route.access)},
             {"scope", api::name_of(route.scope)}}
        );
    }
    if (invocation.arguments.has("json")) {
        print(list.dump(2) + "\n");
        return kDone;
    }
    for (const auto& route : list) {
        print(
            route["role"].get<std::string>() + "\t" + route["scope"].get<std::string>() + "\t" +
            route["method"].get<std::string>() + "\t" + route["path"].get<std::string>() + "\n"
        );
    }
    return kDone;
}

int show_version(const Invocation&) {
    print("triphammer " + app::version() + "\n");
    return kDone;
}

}  // namespace triphammer::cli
