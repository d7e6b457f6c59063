#include "execution/sandbox.hpp"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <system_error>

namespace triphammer::execution {

namespace {

using Words = std::vector<std::string>;

void add(Words& out, std::initializer_list<std::string> words) {
    out.insert(out.end(), words);
}

/// Where other people's files and the sockets of other services lie.
void hide_system(Words& out) {
    for (const char* folder : {"/home", "/root", "/run", "/var/tmp", "/dev/shm", "/tmp"}) {
        if (std::filesystem::is_directory(folder)) add(out, {"--tmpfs", folder});
    }
}

/// Names are resolved by a file that often is a link into /run.
void show_resolver(Words& out) {
    std::error_code failure;
    const auto real = std::filesystem::canonical("/etc/resolv.conf", failure);
    if (failure || real.string().rfind("/run/", 0) != 0) return;
    add(out, {"--ro-bind", real.string(), real.string()});
}

Words isolation() {
    Words out{"--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev"};
    hide_system(out);
    show_resolver(out);
    add(out,
        {"--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent", "--new-session"});
    if (::geteuid() == 0) add(out, {"--cap-drop", "ALL"});
    return out;
}

}  // namespace

Bubblewrap::Bubblewrap(std::string program, SandboxPaths paths)
    : program_{std::move(program)}, paths_{std::move(paths)} {}

Command Bubblewrap::wrap(Command command) const {
    Words words{program_};
    const auto isolated = isolation();
    words.insert(words.end(), isolated.begin(), isolated.end());
    for (const auto& path : paths_.hidden) {
        if (std::filesystem::is_directory(path)) add(words, {"--tmpfs", path});
    }
    add(words, {"--bind", paths_.temp, "/tmp", "--bind", paths_.home, paths_.home});
    for (const auto& path : paths_.readable) add(words, {"--ro-bind", path, path});
    for (const auto& path : paths_.writable) add(words, {"--bind", path, path});
    add(words, {"--chdir", command.directory, "--"});
    words.insert(words.end(), command.arguments.begin(), command.arguments.end());
    Command out;
    out.arguments = std::move(words);
    out.environment = std::move(command.environment);
    out.wrappers = 2;  // bwrap's monitor and the namespace's first process
    return out;
}

std::string Bubblewrap::description() const {
    return "a sandbox on this machine (bubblewrap)";
}

Result<std::unique_ptr<Sandbox>> make_sandbox(SandboxPaths paths) {
    for (const char* program : {"/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"}) {
        if (::access(program, X_OK) != 0) continue;
        return std::make_unique<Bubblewrap>(program, std::move(paths));
    }
    return Error{
        Code::unavailable,
        "bubblewrap is not installed, and host jobs run only in its sandbox: install the package "
        "'bubblewrap', or map the job's label to docker:IMAGE in runs_on"};
}

}  // namespace triphammer::execution
