// The first process of a job container: starts the steps' commands, kills what they leave, passes
// output on (runner/container/wire.hpp). Fully static and without Boost, so that it runs in any
// image, an empty one too. Four errands (runner/container/guard.hpp):
//
//   supervisor steps [USER]   the steps' first process: cuts the container off from the instance's
//                             metadata, becomes USER, obeys the runner
//   supervisor guard          cuts another container off whose network it shares, ends
//   supervisor gate PROGRAM…  waits until that was done, then is PROGRAM
//   supervisor forward LEAD…  makes ports of the loopback lead elsewhere (supervisor_forward.hpp)

#include "runner/container/wire.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "supervisor_forward.hpp"
#include "supervisor_guard.hpp"

namespace wire = triphammer::runner::wire;

namespace {

constexpr int kRunner = STDOUT_FILENO;
constexpr std::size_t kPiece = 64U << 10U;
constexpr int kPipeSize = 1 << 20;

// The runner went away in the middle of something: nothing is left to do it for.
[[noreturn]] void end_everything() {
    ::kill(-1, SIGKILL);
    ::_exit(0);
}

void send(const std::string& frame) {
    std::string_view rest = frame;
    while (!rest.empty()) {
        const auto count = ::write(kRunner, rest.data(), rest.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) end_everything();
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::string_view value_of(const std::vector<std::string>& environment, std::string_view name) {
    for (const auto& entry : environment) {
        if (entry.starts_with(name) && entry.size() > name.size() && entry[name.size()] == '=') {
            return std::string_view{entry}.substr(name.size() + 1);
        }
    }
    return {};
}

/// A name without a slash is looked up in `path`; empty: nowhere.
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

/// The command that runs now.
class Command {
  public:
    bool is_running() const { return pid_ > 0; }

    int output() const { return output_; }

    void start(wire::Start start) {
        oom_before_ = count_oom_kills();
        const auto program =
            find_program(start.arguments.front(), value_of(start.environment, "PATH"));
        const int failure = program.empty() ? ENOENT : spawn(program, start);
        if (failure == 0) return;
        wire::Ended ended;
        ended.how = wire::How::not_started;
        ended.value = failure;
        ended.text = "start " + start.arguments.front() + " in " + start.directory + ": " +
                     std::strerror(failure);
        send(wire::to_frame(ended));
    }

    /// Some of what has been written; closes the pipe at its end.
    void pass_output_on() {
        char bytes[kPiece];
        const auto count = ::read(output_, bytes, sizeof bytes);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (count <= 0) {
            ::close(output_);
            output_ = -1;
            return;
        }
        send(wire::make_frame(wire::Type::output, {bytes, static_cast<std::size_t>(count)}));
    }

    /// Reaps whatever has ended; when the command itself has, everything else goes too.
    void reap() {
        int status = 0;
        for (;;) {
            const pid_t pid = ::waitpid(-1, &status, WNOHANG);
            if (pid <= 0) return;
            if (pid == pid_) return finish(status);
        }
    }

  private:
    int spawn(const std::string& program, wire::Start& start) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) return errno;
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
        ::fcntl(ends[0], F_SETPIPE_SZ, kPipeSize);
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
        ::posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
        ::posix_spawn_file_actions_addchdir_np(&actions, start.directory.c_str());
        const int failure = spawn_with(program, start, actions);
        ::posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
        if (failure != 0) {
            ::close(ends[0]);
            return failure;
        }
        output_ = ends[0];
        return 0;
    }

    int spawn_with(
        const std::string& program, wire::Start& start, const posix_spawn_file_actions_t& actions
    ) {
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
        const int failure = ::posix_spawn(
            &pid_, program.c_str(), &actions, &attributes, arguments.data(), environment.data()
        );
        ::posix_spawnattr_destroy(&attributes);
        if (failure != 0) pid_ = -1;
        return failure;
    }

    void finish(int status) {
        pid_ = -1;
        ::kill(-1, SIGKILL);
        while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
        }
        // Nobody holds the other end any more: the rest is there, then the end.
        while (output_ >= 0) pass_output_on();
        wire::Ended ended;
        ended.how = WIFSIGNALED(status) ? wire::How::signalled : wire::How::exited;
        ended.value = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
        ended.out_of_memory = count_oom_kills() > oom_before_;
        send(wire::to_frame(ended));
    }

    pid_t pid_ = -1;
    int output_ = -1;
    long oom_before_ = 0;
};

/// What the runner asks for.
class Requests {
  public:
    explicit Requests(Command& command) : command_{command} {}

    void read() {
        char bytes[kPiece];
        const auto count = ::read(STDIN_FILENO, bytes, sizeof bytes);
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
        if (count <= 0) end_everything();
        received_.append(bytes, static_cast<std::size_t>(count));
        bool broken = false;
        while (auto frame = wire::take_frame(received_, broken)) carry_out(*frame);
        if (broken) end_everything();
    }

  private:
    void carry_out(const wire::Frame& frame) {
        if (frame.type == wire::Type::signal && frame.payload.size() == 1) {
            ::kill(-1, frame.payload[0]);
            return;
        }
        auto start = wire::parse_start(frame.payload);
        if (frame.type != wire::Type::start || !start || command_.is_running()) end_everything();
        command_.start(std::move(*start));
    }

    Command& command_;
    std::string received_;
};

int watch_children() {
    sigset_t watched;
    ::sigemptyset(&watched);
    ::sigaddset(&watched, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &watched, nullptr);
    return ::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
}

wire::Ready look_around() {
    const char* path = ::getenv("PATH");
    const std::string_view places = path == nullptr ? "/usr/bin:/bin" : path;
    wire::Ready ready;
    ready.has_bash = !find_program("bash", places).empty();
    ready.has_sh = !find_program("sh", places).empty();
    return ready;
}

constexpr int kCannotGuard = 124;
constexpr int kCannotStart = 127;
constexpr int kGatePauses = 15'000;
constexpr useconds_t kGatePause = 2'000;

/// Into the service's log.
int complain(const std::string& what, int status) {
    const auto line = "triphammer: " + what + "\n";
    (void)!::write(STDERR_FILENO, line.data(), line.size());
    return status;
}

int guard() {
    const int failure = triphammer::supervisor::cut_off_metadata();
    if (failure == 0) return 0;
    return complain(std::string{"cannot set routes: "} + std::strerror(failure), kCannotGuard);
}

int pass_gate(char** command) {
    for (int pause = 0; !triphammer::supervisor::is_cut_off(); ++pause) {
        if (pause == kGatePauses) return complain("nobody opened the gate", kCannotGuard);
        ::usleep(kGatePause);
    }
    ::execvp(command[0], command);
    return complain(std::string{command[0]} + ": " + std::strerror(errno), kCannotStart);
}

/// What is wrong, or nothing. After this no process of the job can undo it.
std::string give_up_rights(const char* user) {
    int failure = triphammer::supervisor::cut_off_metadata();
    if (failure == 0) failure = triphammer::supervisor::drop_guard_rights();
    if (failure != 0) return std::string{"cannot guard the container: "} + std::strerror(failure);
    return user == nullptr ? std::string{} : triphammer::supervisor::become(user);
}

[[noreturn]] void obey() {
    const int children = watch_children();
    Command command;
    Requests requests{command};
    send(wire::to_frame(look_around()));
    for (;;) {
        pollfd watched[] = {
            {STDIN_FILENO, POLLIN, 0}, {children, POLLIN, 0}, {command.output(), POLLIN, 0}};
        if (::poll(watched, 3, -1) < 0) continue;
        // Output first: what was written before the end is sent before the end.
        if (watched[2].revents != 0) command.pass_output_on();
        if (watched[1].revents != 0) {
            signalfd_siginfo ignored;
            while (::read(children, &ignored, sizeof ignored) > 0) {
            }
            command.reap();
        }
        if (watched[0].revents != 0) requests.read();
    }
}

}  // namespace

int main(int count, char** arguments) {
    const std::string_view errand = count > 1 ? arguments[1] : "";
    if (errand == "guard") return guard();
    if (errand == "gate" && count > 2) return pass_gate(arguments + 2);
    if (errand == "forward") {
        return complain(
            triphammer::supervisor::forward({arguments + 2, arguments + count}), kCannotStart
        );
    }
    const auto wrong = give_up_rights(count > 2 ? arguments[2] : nullptr);
    if (wrong.empty()) obey();
    wire::Ended ended;
    ended.how = wire::How::not_started;
    ended.text = wrong;
    send(wire::to_frame(ended));
    return kCannotGuard;
}
