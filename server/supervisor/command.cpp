#include "supervisor/command.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace triphammer::supervisor {

namespace wire = runner::wire;

namespace {

constexpr int kPipeSize = 1 << 20;
constexpr int kMostDescriptors = 1024;

/// What a keeper says of its command, once.
struct Report {
    int failure = 0;  // errno: it could not be started
    int status = 0;   // as waitpid has it
};

std::string_view value_of(const std::vector<std::string>& environment, std::string_view name) {
    for (const auto& entry : environment) {
        if (entry.starts_with(name) && entry.size() > name.size() && entry[name.size()] == '=') {
            return std::string_view{entry}.substr(name.size() + 1);
        }
    }
    return {};
}

/// How often the kernel has killed for lack of memory here (cgroup v2, then v1); 0 where not told.
long count_oom_kills() {
    for (const char* file :
         {"/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"}) {
        const int fd = ::open(file, O_RDONLY | O_CLOEXEC);
        if (fd < 0) continue;
        char text[4096];
        const auto length = ::read(fd, text, sizeof text - 1);
        ::close(fd);
        text[std::max<ssize_t>(length, 0)] = '\0';
        const char* found = std::strstr(text, "oom_kill ");
        if (found != nullptr) return std::strtol(found + 9, nullptr, 10);
    }
    return 0;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (auto& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

/// In the keeper: 0 and its id, or an errno.
int spawn(const std::string& program, wire::Start& start, int output, pid_t& id) {
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, output, 1);
    ::posix_spawn_file_actions_adddup2(&actions, output, 2);
    ::posix_spawn_file_actions_addchdir_np(&actions, start.directory.c_str());
    sigset_t none;
    ::sigemptyset(&none);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(
        &attributes, static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID)
    );
    auto arguments = pointers(start.arguments);
    auto environment = pointers(start.environment);
    return ::posix_spawn(
        &id, program.c_str(), &actions, &attributes, arguments.data(), environment.data()
    );
}

void close_from(int first) {
    if (::syscall(SYS_close_range, first, ~0U, 0) == 0) return;
    for (int fd = first; fd < kMostDescriptors; ++fd) ::close(fd);
}

/// Standard streams that lead nowhere, the pipes as 3 and 4, nothing of the supervisor's.
void take_descriptors(int output, int report) {
    const int high_output = ::fcntl(output, F_DUPFD_CLOEXEC, 5);
    const int high_report = ::fcntl(report, F_DUPFD_CLOEXEC, 5);
    const int nothing = ::open("/dev/null", O_RDWR);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        ::dup2(nothing, stream);
    }
    ::dup3(high_output, 3, O_CLOEXEC);
    ::dup3(high_report, 4, O_CLOEXEC);
    close_from(5);
}

/// Signals for everybody are not meant for it.
void block_signals() {
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
}

/// Waits for the command, then for what it has left, which it adopts.
[[noreturn]] void keep(const std::string& program, wire::Start& start) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    pid_t command = -1;
    Report report;
    report.failure = spawn(program, start, 3, command);
    ::close(3);
    while (report.failure == 0) {
        const pid_t ended = ::waitpid(-1, &report.status, 0);
        if (ended == command || (ended < 0 && errno != EINTR)) break;
    }
    (void)!::write(4, &report, sizeof report);
    ::close(4);
    while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
    }
    ::_exit(0);
}

}  // namespace

std::string find_program(std::string_view name, std::string_view path) {
    if (name.find('/') != name.npos) return std::string{name};
    while (!path.empty()) {
        const auto end = std::min(path.find(':'), path.size());
        auto candidate = std::string{path.substr(0, end)} + "/" + std::string{name};
        if (::access(candidate.c_str(), X_OK) == 0) return candidate;
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return {};
}

Command::~Command() {
    for (const int end : {output_, report_}) {
        if (end >= 0) ::close(end);
    }
}

int Command::start() {
    oom_before_ = count_oom_kills();
    const auto program =
        find_program(start_.arguments.front(), value_of(start_.environment, "PATH"));
    if (program.empty()) return ENOENT;
    int output[2];
    int report[2];
    if (::pipe2(output, O_CLOEXEC) != 0) return errno;
    if (::pipe2(report, O_CLOEXEC) != 0) {
        const int failure = errno;
        for (const int end : output) ::close(end);
        return failure;
    }
    ::fcntl(output[0], F_SETFL, O_NONBLOCK);
    ::fcntl(output[0], F_SETPIPE_SZ, kPipeSize);
    const int failure = fork_keeper(program, output[1], report[1]);
    ::close(output[1]);
    ::close(report[1]);
    output_ = output[0];
    report_ = report[0];
    return failure;
}

int Command::fork_keeper(const std::string& program, int output, int report) {
    keeper_ = ::fork();
    if (keeper_ < 0) return errno;
    if (keeper_ > 0) return 0;
    block_signals();
    take_descriptors(output, report);
    keep(program, start_);
}

std::size_t Command::waiting() const {
    int count = 0;
    return ::ioctl(output_, FIONREAD, &count) == 0 ? static_cast<std::size_t>(count) : 0;
}

std::string Command::take_output(std::size_t most) {
    char bytes[kPiece];
    const auto count = ::read(output_, bytes, std::min(most, sizeof bytes));
    if (count > 0) return wire::output_frame(number(), {bytes, static_cast<std::size_t>(count)});
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    ::close(output_);
    output_ = -1;
    return {};
}

void Command::take_report() {
    Report report;
    const auto count = ::read(report_, &report, sizeof report);
    if (count < 0 && errno == EINTR) return;
    ::close(report_);
    report_ = -1;
    // Somebody killed the keeper.
    if (count != sizeof report) report = {0, SIGKILL};
    auto& ended = end_.emplace();
    ended.command = number();
    ended.how = WIFSIGNALED(report.status) ? wire::How::signalled : wire::How::exited;
    ended.value = WIFSIGNALED(report.status) ? WTERMSIG(report.status) : WEXITSTATUS(report.status);
    ended.out_of_memory = count_oom_kills() > oom_before_;
    if (report.failure == 0) return;
    ended.how = wire::How::not_started;
    ended.value = report.failure;
    ended.text = "start " + start_.arguments.front() + " in " + start_.directory + ": " +
                 std::strerror(report.failure);
}

}  // namespace triphammer::supervisor
