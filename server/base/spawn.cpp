#include "base/spawn.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace triphammer {

namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (const auto& text : texts) out.push_back(const_cast<char*>(text.c_str()));
    out.push_back(nullptr);
    return out;
}

/// posix_spawn_file_actions_t with its destructor.
class FileActions {
  public:
    FileActions() { ::posix_spawn_file_actions_init(&actions_); }

    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }

    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    void put(int from, int to, int flags) {
        if (from >= 0) {
            ::posix_spawn_file_actions_adddup2(&actions_, from, to);
        } else {
            ::posix_spawn_file_actions_addopen(&actions_, to, "/dev/null", flags, 0);
        }
    }

    void enter(const std::string& directory) {
        if (!directory.empty()) {
            ::posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str());
        }
    }

    /// Whatever the parent itself inherited without close-on-exec goes no further.
    void close_from(int first) { ::posix_spawn_file_actions_addclosefrom_np(&actions_, first); }

    const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_;
};

/// Signals at their defaults, nothing blocked, a group or session of its own.
class Attributes {
  public:
    explicit Attributes(bool new_session) {
        ::posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        const int group = new_session ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
        ::posix_spawnattr_setflags(
            &attributes_, static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group)
        );
    }

    ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }

    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;

    const posix_spawnattr_t* get() const { return &attributes_; }

  private:
    posix_spawnattr_t attributes_;
};

int highest_target(const SpawnRequest& request) {
    int highest = 2;
    for (const auto& [from, to] : request.inherit) highest = std::max(highest, to);
    return highest;
}

/// First every wanted descriptor is copied above the range of the targets, so that no dup2 in the
/// child overwrites one that a later dup2 still needs.
Result<std::vector<FileDescriptor>> copy_above(const SpawnRequest& request) {
    const int highest = highest_target(request);
    std::vector<FileDescriptor> copies;
    for (const int fd : {request.input, request.output, request.error}) {
        copies.emplace_back(fd < 0 ? -1 : ::fcntl(fd, F_DUPFD_CLOEXEC, highest + 1));
    }
    for (const auto& [from, to] : request.inherit) {
        copies.emplace_back(::fcntl(from, F_DUPFD_CLOEXEC, highest + 1));
        if (!copies.back()) return from_errno("duplicate a descriptor");
    }
    return copies;
}

ExitStatus decode(int status) {
    if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
    return {WEXITSTATUS(status), 0};
}

}  // namespace

Result<Child> SystemSpawner::spawn(const SpawnRequest& request) {
    auto copies = copy_above(request);
    if (!copies) return copies.error();
    FileActions actions;
    actions.put((*copies)[0].get(), 0, O_RDONLY);
    actions.put((*copies)[1].get(), 1, O_WRONLY);
    actions.put((*copies)[2].get(), 2, O_WRONLY);
    for (std::size_t i = 0; i < request.inherit.size(); ++i) {
        actions.put((*copies)[3 + i].get(), request.inherit[i].second, O_RDONLY);
    }
    actions.close_from(highest_target(request) + 1);
    actions.enter(request.directory);
    const Attributes attributes{request.new_session};
    auto arguments = pointers(request.arguments);
    auto environment = pointers(request.environment);
    pid_t pid = -1;
    const int failure = ::posix_spawnp(
        &pid, arguments[0], actions.get(), attributes.get(), arguments.data(), environment.data()
    );
    if (failure != 0) return from_errno("start " + request.arguments[0], failure);
    FileDescriptor pidfd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
    if (pidfd) ::fcntl(pidfd.get(), F_SETFD, FD_CLOEXEC);
    return Child{pid, std::move(pidfd)};
}

void Child::signal_group(int signal) const {
    if (pid_ > 0) ::kill(-pid_, signal);
}

ExitStatus Child::wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    return decode(status);
}

std::optional<ExitStatus> Child::try_wait() {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return {};
    return decode(status);
}

Result<std::pair<FileDescriptor, FileDescriptor>> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return from_errno("pipe");
    return std::pair{FileDescriptor{ends[0]}, FileDescriptor{ends[1]}};
}

}  // namespace triphammer
