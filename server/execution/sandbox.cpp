#include "execution/sandbox.hpp"

#include "execution/leftovers.hpp"
#include "execution/network_routes.hpp"
#include "execution/sandbox_mounts.hpp"
#include "execution/sandbox_order.hpp"
#include "execution/sandbox_user.hpp"

#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
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
/// For the folders that are made here, and for the steps.
constexpr mode_t kUsualMask = 022;
// The first byte of a report, the second says whether something was left; what follows is an
// ExitStatus, or a sentence.
constexpr char kEnded = 'e';
constexpr char kNotFurnished = 'f';
constexpr char kNotStarted = 's';
constexpr char kStays = '+';
constexpr char kEnds = '-';

/// What the first process is told before it is made.
struct Wish {
    User outside;  // inside a new user namespace nobody can tell any more
    const SandboxPaths& paths;
    int network = -1;
    bool is_cut_off = false;

    std::uint64_t namespaces() const {
        return kNamespaces | (is_cut_off ? CLONE_NEWNET : 0U) |
               (outside.is_root() ? 0U : CLONE_NEWUSER);
    }
};

Error no_namespaces(int failure) {
    return Error{
        Code::unavailable,
        std::string{"the kernel gives host steps no namespaces ("} + std::strerror(failure) +
            "): let the launcher run as root (with compose: host-steps.yml), or allow its user "
            "namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, "
            "kernel.apparmor_restrict_unprivileged_userns); or map the job's label to "
            "docker:IMAGE in runs_on"};
}

/// As fork, in namespaces of its own, and in `group` where there is one: 0 in the child.
pid_t clone_inside(std::uint64_t namespaces, const StepsGroup* group, FileDescriptor& pidfd) {
    int descriptor = -1;
    clone_args wanted{};
    wanted.flags = namespaces | CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
    if (group != nullptr) {
        wanted.flags |= CLONE_INTO_CGROUP;
        wanted.cgroup = static_cast<std::uint64_t>(group->descriptor());
    }
    wanted.pidfd = reinterpret_cast<std::uint64_t>(&descriptor);
    wanted.exit_signal = SIGCHLD;
    const auto pid = static_cast<pid_t>(::syscall(SYS_clone3, &wanted, sizeof wanted));
    if (pid > 0) pidfd = FileDescriptor{descriptor};
    return pid;
}

// ── inside: the first process ────────────────────────────────────────────────────────────────

/// The last that is heard of it, where nothing stays.
void tell(int report, char kind, bool stays, std::string_view rest) {
    (void)write_all(report, std::string{kind, stays ? kStays : kEnds} + std::string{rest});
    if (!stays) ::_exit(0);
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

/// The kernel has taken the handlers away; what is ignored stays so.
void forget_signals() {
    ::signal(SIGPIPE, SIG_DFL);
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

Result<> furnish_all(const Wish& wish) {
    if (wish.is_cut_off) {
        if (auto ok = bring_up_loopback(); !ok) return ok;
    }
    return furnish(wish.paths);
}

/// Root by name while furnishing, which devpts asks for; then who we were.
Result<> furnish_as_root(const Wish& wish) {
    if (wish.outside.is_root()) return furnish_all(wish);
    const User root{0, 0};
    if (auto ok = map_user(root, wish.outside); !ok) return ok;
    if (auto ok = furnish_all(wish); !ok) return ok;
    if (::unshare(CLONE_NEWUSER) != 0) return from_errno("make a second user namespace");
    return map_user(wish.outside, root);
}

Result<> enter_network(const Wish& wish) {
    if (wish.network < 0 || ::setns(wish.network, CLONE_NEWNET) == 0) return {};
    return from_errno("enter the job's network");
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

/// Whether anything is alive beside the first process.
bool has_leftovers() {
    pid_t ended = 0;
    do {
        ended = ::waitpid(-1, nullptr, WNOHANG);
    } while (ended > 0);
    return ended == 0;
}

void carry_out(const Order& order, int channel) {
    const auto child = start_command(order.command, order.output.get());
    ExitStatus status;
    if (child) status = reap_until(child->pid());
    const bool stays = order.may_leave && has_leftovers();
    if (!child) return tell(channel, kNotStarted, stays, child.error().message);
    tell(channel, kEnded, stays, {reinterpret_cast<const char*>(&status), sizeof status});
}

/// The kernel kills all that is left inside when this process ends. An exception must not lead back
/// into what the runner was about to do.
[[noreturn]] void be_first(const Wish& wish, int channel) noexcept {
    die_with_parent(channel);
    rename_self();
    forget_signals();
    const auto inside = user_inside(wish.outside, wish.paths);
    auto ready = enter_network(wish);
    close_all_but(channel);
    ::umask(kUsualMask);
    if (ready) ready = furnish_as_root(wish);
    if (ready) ready = become(inside);
    if (!ready) tell(channel, kNotFurnished, false, ready.error().message);
    die_with_parent(channel);  // a change of rights may have made the kernel forget it
    for (;;) {
        const auto order = receive_order(channel);
        if (!order) ::_exit(1);
        ::signal(SIGCHLD, SIG_DFL);
        carry_out(*order, channel);
        ::signal(SIGCHLD, SIG_IGN);  // nobody waits meanwhile: the kernel reaps
    }
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
    auto inside = take_inside(command.leftovers);
    if (!inside) return inside.error();
    auto sent = send_order(inside->report, command, output);
    if (!sent && !is_readable(inside->report.get())) return sent.error();
    return inside;
}

/// A prepared one goes with everything else when another process was run to its end before.
Result<Enclosed> Sandbox::take_inside(Leftovers* leftovers) {
    if (auto used = leftovers != nullptr ? leftovers->take() : std::nullopt) {
        return std::move(*used);
    }
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
    const Wish wish{User{}, paths_, network_, is_cut_off_};
    FileDescriptor pidfd;
    const auto pid = clone_inside(wish.namespaces(), group_, pidfd);
    if (pid == 0) {
        ours = {};
        be_first(wish, theirs.get());
    }
    if (pid < 0) return no_namespaces(errno);
    const auto mounts = "/proc/" + std::to_string(pid) + "/ns/mnt";
    mounts_ = FileDescriptor{::open(mounts.c_str(), O_RDONLY | O_CLOEXEC)};
    return Enclosed{Child{pid, std::move(pidfd)}, std::move(ours)};
}

std::uint64_t Sandbox::count_oom_kills() const {
    return group_ != nullptr ? group_->count_oom_kills() : count_own_oom_kills();
}

Result<> Sandbox::check() {
    const SandboxPaths none;
    FileDescriptor pidfd;
    const auto pid = clone_inside(Wish{User{}, none}.namespaces(), nullptr, pidfd);
    if (pid == 0) ::_exit(0);
    if (pid < 0) return no_namespaces(errno);
    Child child{pid, std::move(pidfd)};
    child.wait();
    return {};
}

std::optional<Report> read_report(const FileDescriptor& report) {
    char text[kMostReport];
    const auto count = ::read(report.get(), text, sizeof text);
    if (count < 2) return {};
    const std::string_view rest{text + 2, static_cast<std::size_t>(count) - 2};
    const bool stays = text[1] == kStays;
    if (text[0] == kNotFurnished) {
        return Report{
            Error{Code::unavailable, "the sandbox could not be made: " + std::string{rest}}};
    }
    if (text[0] == kNotStarted) return Report{invalid(std::string{rest}), stays};
    ExitStatus status;
    if (rest.size() != sizeof status) return {};
    std::memcpy(&status, rest.data(), sizeof status);
    return Report{status, stays};
}

}  // namespace triphammer::execution
