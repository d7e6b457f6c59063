#include "app/launcher_process.hpp"

#include "base/file.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdlib>
#include <cstring>

namespace triphammer::app {

namespace {

bool answers(const std::filesystem::path& socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto text = socket.string();
    if (text.size() >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
    const FileDescriptor probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::string variable(const char* name, const char* fallback) {
    const auto* value = std::getenv(name);  // before any thread of ours changes the environment
    return std::string{name} + "=" + (value == nullptr ? fallback : value);
}

}  // namespace

Result<> start_launcher(const Config& config) {
    if (answers(config.run_directory() / "launcher.sock")) return {};
    auto child = spawn_launcher(config);
    if (!child) return child.error();
    return {};
}

Result<Child> spawn_launcher(const Config& config, const std::vector<std::string>& options) {
    const auto run = config.run_directory();
    auto log = open_file(run / "launcher.log", O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (!log) return log.error();
    SpawnRequest request;
    request.arguments = {
        std::filesystem::read_symlink("/proc/self/exe").string(),
        "launcher",
        "--run",
        run.string(),
        "--data",
        std::filesystem::absolute(config.data).string()};
    request.arguments.insert(request.arguments.end(), options.begin(), options.end());
    request.environment = {
        variable("PATH", "/usr/local/bin:/usr/bin:/bin"),
        variable("HOME", "/"),
        variable("LANG", "C.UTF-8"),
        "TRIPHAMMER_LAUNCHER_CGROUP=" + config.cgroup};
    request.output = log->get();
    request.error = log->get();
    request.new_session = true;
    return SystemSpawner{}.spawn(request);
}

}  // namespace triphammer::app
