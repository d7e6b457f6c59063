#include "execution/sandbox.hpp"

#include "execution/sandbox_mounts.hpp"
#include "execution/sandbox_order.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace triphammer::execution {

namespace {

constexpr std::uint64_t kNamespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;
constexpr std::size_t kMostReport = 4096;
// The first byte of a report; what follows is an ExitStatus, or a sentence.
constexpr char kEnded = 'e';
constexpr char kNotFurnished = 'f';
constexpr char kNotStarted = 's';

/// Who we are outside; inside a new user namespace nobody can tell any more.
struct User {
    uid_t uid = ::geteuid();
    gid_t gid = ::getegid();

    bool is_root() const { return uid == 0; }
};

Error no_namespaces(int failure) {
    return Error{
        Code::unavailable,
        std::string{"the kernel gives host steps no namespaces ("} + std::strerror(failure) +
            "): let the launcher run as root outside of a container, or allow its user "
            "namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, "
            "kernel.apparmor_restrict_unprivileged_userns); or map the job's label to "
            "docker:IMAGE in runs_on"};
}

/// As fork, in namespaces of its own: 0 in the child.
pid_t clone_inside(const User& user, FileDescriptor& pidfd) {
    int descriptor = -1;
    clone_args wanted{};
    wanted.flags = kNamespaces | CLONE_PIDFD | (user.is_root() ? 0 : CLONE_NEWUSER);
    wanted.pidfd = reinterpret_cast<std::uint64_t>(&descriptor);
    wanted.exit_signal = SIGCHLD;
    const auto pid = static_cast<pid_t>(::syscall(SYS_clone3, &wanted, sizeof wanted));
    if (pid > 0) pidfd = FileDescriptor{descriptor};
    return pid;
}

// ── inside: the first process ────────────────────────────────────────────────────────────────

[[noreturn]] void tell(int report, char kind, std::string_view rest) {
    (void)write_all(report, kind + std::string{rest});
    ::_exit(0);
}

/// The lock of the attempt's folder, the journal and the daemon's socket are not ours.
void close_all_but(int one) {
    const auto kept = static_cast<unsigned>(one);
    if (kept > 3) ::close_range(3, kept - 1, 0);
    ::close_range(kept + 1, ~0U, 0);
}

/// So that nobody who looks at the processes counts two runners.
void rename_self() {
    constexpr const char* kName = "triphammer-sandbox";
    ::prctl(PR_SET_NAME, kName, 0, 0, 0);
    char* const line = program_invocation_name;
    ::strncpy(line, kName, std::strlen(line));
}

/// It may have died before the kernel knew that we want to follow: then nobody hears the report.
void die_with_parent(int report) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    pollfd ask{report, 0, 0};
    if (::poll(&ask, 1, 0) > 0 && (ask.revents & (POLLERR | POLLHUP)) != 0) ::_exit(1);
}

void forget_signals() {
    for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

Result<> write_line(const char* path, const std::string& line) {
    auto file = open_file(path, O_WRONLY);
    if (!file) return file.error();
    if (auto done = write_all(file->get(), line); !done) return with_context(path, done.error());
    return {};
}

/// In a user namespace just made: `inside` stands for who we are outside of it.
Result<> map_user(const User& inside, const User& outside) {
    const auto line = [](auto in, auto out) {
        return std::to_string(in) + " " + std::to_string(out) + " 1\n";
    };
    if (auto ok = write_line("/proc/self/setgroups", "deny"); !ok) return ok;
    if (auto ok = write_line("/proc/self/uid_map", line(inside.uid, outside.uid)); !ok) return ok;
    return write_line("/proc/self/gid_map", line(inside.gid, outside.gid));
}

/// Root by name while furnishing, which devpts asks for; then who we were.
Result<> furnish_as(const User& user, const SandboxPaths& paths) {
    if (user.is_root()) return furnish(paths);
    const User root{0, 0};
    if (auto ok = map_user(root, user); !ok) return ok;
    if (auto ok = furnish(paths); !ok) return ok;
    if (::unshare(CLONE_NEWUSER) != 0) return from_errno("make a second user namespace");
    return map_user(user, root);
}

/// The bounding set too: what root starts has every right that is in it. Not dumpable: the steps'
/// user may not look into this process, which is a copy of the runner.
Result<> give_up_rights() {
    int right = 0;
    while (::prctl(PR_CAPBSET_DROP, right, 0, 0, 0) == 0) ++right;
    // EINVAL: the kernel knows no more of them.
    if (right == 0 || errno != EINVAL) return from_errno("bound capabilities");
    __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
    if (::syscall(SYS_capset, &head, none) != 0) return from_errno("give up capabilities");
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return from_errno("refuse new privileges");
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return from_errno("refuse to be traced");
    return {};
}

std::string_view path_of(const std::vector<std::string>& environment) {
    for (const std::string_view entry : environment) {
        if (entry.rfind("PATH=", 0) == 0) return entry.substr(5);
    }
    return "/usr/bin:/bin";
}

/// A name without a slash is looked up in the command's own PATH.
std::string find_program(const std::string& name, std::string_view path) {
    if (name.find('/') != std::string::npos) return name;
    while (!path.empty()) {
        const auto end = std::min(path.find(':'), path.size());
        auto candidate = std::string{path.substr(0, end)} + "/" + name;
        if (::access(candidate.c_str(), X_OK) == 0) return candidate;
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return name;
}

Result<Child> start_command(const Command& command, int output) {
    if (::chdir(command.directory.c_str()) != 0) return from_errno("enter " + command.directory);
    SpawnRequest request;
    request.arguments = command.arguments;
    request.arguments[0] = find_program(command.arguments[0], path_of(command.environment));
    request.environment = command.environment;
    request.output = output;
    request.error = output;
    request.new_session = true;
    SystemSpawner spawner;
    return spawner.spawn(request);
}

/// Everybody's orphans come to the first process; it waits for all until the command's end.
ExitStatus reap_until(pid_t wanted) {
    int status = 0;
    for (;;) {
        const auto pid = ::waitpid(-1, &status, 0);
        if (pid == wanted) break;
        if (pid < 0 && errno != EINTR) break;
    }
    if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
    return {WEXITSTATUS(status), 0};
}

/// The kernel kills all that is left inside when this process ends. An exception must not lead back
/// into what the runner was about to do.
[[noreturn]] void be_first(const User& user, const SandboxPaths& paths, int channel) noexcept {
    die_with_parent(channel);
    rename_self();
    forget_signals();
    close_all_but(channel);
    auto ready = furnish_as(user, paths);
    if (ready) ready = give_up_rights();
    if (!ready) tell(channel, kNotFurnished, ready.error().message);
    die_with_parent(channel);  // a change of rights may have made the kernel forget it
    const auto order = receive_order(channel);
    if (!order) ::_exit(1);
    const auto child = start_command(order->command, order->output.get());
    if (!child) tell(channel, kNotStarted, child.error().message);
    const auto status = reap_until(child->pid());
    tell(channel, kEnded, {reinterpret_cast<const char*>(&status), sizeof status});
}

}  // namespace

// ── outside ──────────────────────────────────────────────────────────────────────────────────

namespace {

bool is_readable(int descriptor) {
    pollfd ask{descriptor, POLLIN, 0};
    return ::poll(&ask, 1, 0) > 0 && (ask.revents & POLLIN) != 0;
}

}  // namespace

void Sandbox::prepare() {
    if (auto made = make_inside()) prepared_ = std::move(*made);
}

/// One that could not be furnished has ended, and says why when it is asked.
Result<Enclosed> Sandbox::start(const Command& command, int output) {
    auto inside = take_inside();
    if (!inside) return inside.error();
    auto sent = send_order(inside->report, command, output);
    if (!sent && !is_readable(inside->report.get())) return sent.error();
    return inside;
}

/// A prepared one goes with everything else when another process was run to its end before.
Result<Enclosed> Sandbox::take_inside() {
    auto prepared = std::exchange(prepared_, {});
    if (prepared && !is_readable(prepared->first.pidfd())) return std::move(*prepared);
    if (prepared) prepared->first.wait();
    return make_inside();
}

Result<Enclosed> Sandbox::make_inside() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return from_errno("make a channel into the sandbox");
    }
    FileDescriptor ours{ends[0]};
    const FileDescriptor theirs{ends[1]};
    const User user;
    FileDescriptor pidfd;
    const auto pid = clone_inside(user, pidfd);
    if (pid == 0) {
        ours = {};
        be_first(user, paths_, theirs.get());
    }
    if (pid < 0) return no_namespaces(errno);
    const auto mounts = "/proc/" + std::to_string(pid) + "/ns/mnt";
    mounts_ = FileDescriptor{::open(mounts.c_str(), O_RDONLY | O_CLOEXEC)};
    return Enclosed{Child{pid, std::move(pidfd)}, std::move(ours)};
}

Result<> Sandbox::check() {
    const User user;
    FileDescriptor pidfd;
    const auto pid = clone_inside(user, pidfd);
    if (pid == 0) ::_exit(0);
    if (pid < 0) return no_namespaces(errno);
    Child child{pid, std::move(pidfd)};
    child.wait();
    return {};
}

Result<ExitStatus> read_report(const FileDescriptor& report, ExitStatus of_first) {
    char text[kMostReport];
    const auto count = ::read(report.get(), text, sizeof text);
    if (count < 1) return of_first;
    const std::string_view rest{text + 1, static_cast<std::size_t>(count) - 1};
    if (text[0] == kNotFurnished) {
        return Error{Code::unavailable, "the sandbox could not be made: " + std::string{rest}};
    }
    if (text[0] == kNotStarted) return invalid(std::string{rest});
    ExitStatus status;
    if (rest.size() != sizeof status) return of_first;
    std::memcpy(&status, rest.data(), sizeof status);
    return status;
}

}  // namespace triphammer::execution
