#include "launcher/attempts.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "launcher/attempt_users.hpp"
#include "launcher/held.hpp"
#include "launcher/layer_keeper.hpp"
#include "launcher/start_line.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace triphammer::launcher {

namespace fs = std::filesystem;

namespace {

/// What a runner itself needs; steps get an environment of their own.
constexpr const char* kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The start line goes through a pipe that is filled before the child exists: it must fit.
constexpr std::size_t kMostLineBytes = 60'000;

Result<> give(const fs::path& path, uid_t user, gid_t group) {
    if (::lchown(path.c_str(), user, group) == 0) return {};
    return from_errno("give " + path.string() + " away");
}

/// As root; otherwise everybody is who we are. The folder stays the daemon's group's.
Result<> give_to_users(const fs::path& folder, const AttemptUsers& users) {
    if (::geteuid() != 0) return {};
    const auto [steps, runner] = users;
    for (const auto* name : kFirstFiles) {
        if (auto ok = give(folder / "temp" / name, runner, runner); !ok) return ok;
    }
    for (const auto* name : kRunnerFolders) {
        if (auto ok = give(folder / name, runner, runner); !ok) return ok;
    }
    for (const auto* name : kStepFolders) {
        if (auto ok = give(folder / name, steps, steps); !ok) return ok;
    }
    return give(folder, runner, static_cast<gid_t>(-1));
}

Result<FileDescriptor> pipe_with(const std::string& line) {
    if (line.size() > kMostLineBytes) return Error{Code::too_large, "the start line is too long"};
    auto pipe = make_pipe();
    if (!pipe) return pipe.error();
    if (auto written = write_all(pipe->second.get(), line); !written) return written.error();
    return std::move(pipe->first);
}

Result<Child> spawn_runner(const fs::path& program, const Start& start) {
    SpawnRequest request;
    request.arguments = {program.string()};
    request.environment = {kPath};
    request.directory = start.folder;
    request.output = start.log;
    request.error = start.log;
    request.inherit = {{start.line, kStartLineDescriptor}, {start.lock, kLockDescriptor}};
    request.new_session = true;
    SystemSpawner spawner;
    return spawner.spawn(request);
}

/// Not synced: a power cut ends the runner too.
Result<> note_pid(const FileDescriptor& lock, pid_t pid) {
    return write_all_at(lock.get(), std::to_string(pid), 0);
}

bool has_open(pid_t pid, const fs::path& lock) {
    std::error_code failure;
    const auto link = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(kLockDescriptor);
    return fs::read_symlink(link, failure) == lock && !failure;
}

}  // namespace

Attempts::Attempts(const Settings& settings)
    : settings_{settings},
      stock_{settings.run, settings.daemon_uid},
      groups_{settings.cgroup, settings.run},
      standby_{settings.runner_program, {kPath}} {}

fs::path Attempts::folder_of(std::int64_t fence) const {
    return settings_.run / std::to_string(fence);
}

/// If anything fails after the folder was made, the attempt is listed as dead: the daemon decides.
Result<Child> Attempts::start(const Request& request) {
    const auto folder = folder_of(request.fence);
    if (auto taken = take_folder(request.fence); !taken) return taken.error();
    auto lock = lock_file(folder / "lock");
    if (!lock) return lock.error();
    StartLine line;
    line.fence = request.fence;
    line.token = request.token;
    line.endpoint = request.endpoint;
    line.server_id = request.server_id;
    line.folder = folder.string();
    line.run = settings_.run.string();
    line.cgroup = make_group(request.fence).string();
    line.docker_host = request.docker_host;
    if (::geteuid() == 0) line.pool = request.pool;  // to mount takes root
    line.hidden = request.hidden;
    auto text = to_line(line);
    auto pipe = pipe_with(text);
    wipe(text);
    if (!pipe) return pipe.error();
    const Open open{pipe->get(), lock->get(), line.cgroup};
    auto child = start_runner(folder, open);
    if (!child) return child.error();
    if (auto noted = note_pid(*lock, child->pid()); !noted) return noted.error();
    return child;
}

/// Without one the runner measures what its job takes; said once.
fs::path Attempts::make_group(std::int64_t fence) {
    if (!groups_.are_wanted()) return {};
    auto made = groups_.make(fence, users_of(settings_.run, fence).runner);
    if (made) return *made;
    if (!std::exchange(lacks_groups_, true)) {
        log::warning(
            "limits are measured, not kept by the kernel", {{"why", made.error().message}}
        );
    }
    return {};
}

Result<Child> Attempts::start_runner(const fs::path& folder, const Open& open) {
    auto log = open_file(folder / "runner.log", O_WRONLY | O_CREAT | O_APPEND, 0640);
    if (!log) return log.error();
    FileDescriptor group;
    if (!open.group.empty()) {
        group = FileDescriptor{::open((open.group / kRunnerGroup).c_str(), O_PATH | O_CLOEXEC)};
    }
    const Start start{folder.string(), open.line, open.lock, log->get(), group.get()};
    if (settings_.keeps_standby) {
        auto copy = standby_.start(start);
        if (copy || copy.error().code != Code::unavailable) return copy;
    }
    return spawn_runner(settings_.runner_program, start);
}

Result<> Attempts::take_folder(std::int64_t fence) {
    const auto folder = folder_of(fence);
    auto taken = stock_.take(folder);
    if (!taken && taken.error().code == Code::conflict) {
        return conflict("attempt " + std::to_string(fence) + " was started");
    }
    return taken ? give_to_users(folder, users_of(settings_.run, fence)) : taken;
}

std::vector<AttemptInfo> Attempts::list() const {
    std::vector<AttemptInfo> out;
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator{settings_.run, failure}) {
        const auto fence = parse_integer(entry.path().filename().string());
        if (!fence || *fence <= 0) continue;
        AttemptInfo info;
        info.fence = *fence;
        info.alive = is_alive(*fence);
        out.push_back(info);
    }
    return out;
}

bool Attempts::is_alive(std::int64_t fence) const {
    return is_locked(folder_of(fence) / "lock");
}

bool Attempts::is_over(std::int64_t fence) const {
    return !is_alive(fence) && !groups_.is_populated(fence);
}

/// The pid is only a guess until the process is held by a descriptor and still has the lock open.
FileDescriptor Attempts::find_runner(std::int64_t fence) const {
    const auto folder = folder_of(fence);
    const auto text = read_file(folder / "lock", 32);
    const auto pid = text ? parse_integer(trim(*text)) : std::nullopt;
    if (!pid || *pid <= 1) return {};
    FileDescriptor pidfd{static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(*pid), 0))};
    if (!pidfd || !has_open(static_cast<pid_t>(*pid), folder / "lock")) return {};
    return pidfd;
}

/// A runner that was taken over may have changed its lock, which lies in a folder of its own; but
/// not its user.
void Attempts::kill(std::int64_t fence) const {
    groups_.kill(fence);
    const auto runner = find_runner(fence);
    if (runner) ::syscall(SYS_pidfd_send_signal, runner.get(), SIGKILL, nullptr, 0);
    if (!runner) ask_keeper(fence, "KILL");
    if (::geteuid() != 0) return;
    const auto users = users_of(settings_.run, fence);
    kill_processes_of(users.runner);
    kill_processes_of(users.steps);
}

/// In place at once: the keeper never reads half a word.
void Attempts::ask_keeper(std::int64_t fence, std::string_view signal) const {
    if (!is_alive(fence)) return;
    const auto written = replace_file(word_for(fence), signal);
    if (!written) log::warning("a runner is not reached", {{"why", written.error().message}});
}

/// A rename costs nothing, however much the job left.
Result<> Attempts::set_aside(std::int64_t fence) const {
    const auto folder = folder_of(fence);
    take_seed(settings_.run, folder);
    const auto held = hold(settings_.run, folder, fence, SystemClock{}.now());
    if (!held) log::warning("a failed job's files are not kept", {{"why", held.error().message}});
    groups_.remove(fence);
    ::unlink(word_for(fence).c_str());
    if (auto made = make_directory(aside(), 0700); !made) return made;
    const auto place = aside() / std::to_string(fence);
    if (::rename(folder.c_str(), place.c_str()) == 0 || errno == ENOENT) return {};
    return from_errno("set " + folder.string() + " aside");
}

bool Attempts::use_again(std::int64_t fence) {
    return stock_.take_back(aside() / std::to_string(fence));
}

Result<> Attempts::make_ready() {
    return stock_.fill();
}

Result<> Attempts::remove_aside() const {
    std::error_code failure;
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator{aside(), failure}) folders.push_back(entry);
    Result<> done;
    for (const auto& folder : folders) {
        fs::remove_all(folder, failure);
        if (failure) done = from_errno("remove " + folder.string(), failure.value());
    }
    return done;
}

bool Attempts::has_aside() const {
    std::error_code failure;
    return fs::directory_iterator{aside(), failure} != fs::directory_iterator{};
}

}  // namespace triphammer::launcher
