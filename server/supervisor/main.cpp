// The first process of a job container: starts the steps' commands, ends them, passes output on
// (runner/container/wire.hpp). Fully static and without Boost, so that it runs in any image, an
// empty one too. Six errands (runner/container/guard.hpp):
//
//   supervisor steps WORKSPACE [USER]  the steps' first process: cuts the container off from the
//                                      instance's metadata, becomes USER, obeys the runner
//   supervisor machine WORKSPACE [USER]  the same in an image that stands for a machine
//   supervisor guard                   cuts another container off whose network it shares, ends
//   supervisor keep                    cuts its own container off and waits, so that another one
//                                      finds a network that is ready
//                                      (runner/container/ready_network.hpp)
//   supervisor gate PROGRAM…           waits until that was done, then is PROGRAM
//   supervisor forward LEAD…           makes ports of the loopback lead elsewhere
//                                      (supervisor/forward.hpp)

#include "runner/container/wire.hpp"
#include "supervisor/command.hpp"
#include "supervisor/files.hpp"
#include "supervisor/forward.hpp"
#include "supervisor/guard.hpp"
#include "supervisor/tree.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

namespace wire = triphammer::runner::wire;
using triphammer::supervisor::Command;
using triphammer::supervisor::find_program;
using triphammer::supervisor::kPiece;

namespace {

constexpr int kRunner = STDOUT_FILENO;

// The runner went away in the middle of something: nothing is left to do it for.
[[noreturn]] void end_everything() {
    ::kill(-1, SIGKILL);
    ::_exit(0);
}

void send(std::string_view rest) {
    while (!rest.empty()) {
        const auto count = ::write(kRunner, rest.data(), rest.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) end_everything();
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
}

/// The commands that run, and what the runner asks for.
class Work {
  public:
    explicit Work(int children) : children_{children} {}

    /// Waits until something happens and does what follows from it.
    void run_round() {
        std::vector<pollfd> watched{{STDIN_FILENO, POLLIN, 0}, {children_, POLLIN, 0}};
        for (const auto& one : commands_) {
            watched.push_back({one->output(), POLLIN, 0});
            watched.push_back({one->report(), POLLIN, 0});
        }
        const auto left = watched.size();
        for (const auto& one : left_) watched.push_back({one->output(), POLLIN, 0});
        if (::poll(watched.data(), watched.size(), -1) < 0) return;
        for (std::size_t i = 0; i < commands_.size(); ++i) {
            if (watched[2 * i + 2].revents != 0) send(commands_[i]->take_output());
            if (watched[2 * i + 3].revents != 0) commands_[i]->take_report();
        }
        for (std::size_t i = 0; i < left_.size(); ++i) {
            if (watched[left + i].revents != 0) (void)left_[i]->take_output();  // its step is over
        }
        if (watched[1].revents != 0) reap();
        finish_what_ended();
        if (watched[0].revents != 0) read_requests();
    }

  private:
    using Commands = std::vector<std::unique_ptr<Command>>;

    bool is_alone() const { return commands_.size() == 1; }

    void reap() {
        signalfd_siginfo ignored;
        while (::read(children_, &ignored, sizeof ignored) > 0) {
        }
        for (pid_t pid = 0; (pid = ::waitpid(-1, nullptr, WNOHANG)) > 0;) {
            for (auto& one : commands_) {
                if (one->keeper() == pid) one->forget_keeper();
            }
            std::erase_if(left_, [pid](const auto& one) { return one->keeper() == pid; });
        }
    }

    void finish_what_ended() {
        for (auto& one : commands_) {
            if (one->end() && one->is_ended() && one->keeper() > 0) end_rest(*one);
        }
        const auto is_over = [](const auto& one) {
            return one->end() && (one->keeper() < 0 || !one->is_ended());
        };
        for (auto& one : commands_) {
            if (!is_over(one)) continue;
            finish(*one);
            if (one->keeper() > 0) left_.push_back(std::move(one));
        }
        std::erase_if(commands_, [&](const auto& one) { return !one || is_over(one); });
    }

    /// The only command takes everything with it, whoever its parent is.
    void end_rest(Command& one) {
        if (!is_alone()) return triphammer::supervisor::kill_below(one.keeper());
        ::kill(-1, SIGKILL);
        while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
        }
        one.forget_keeper();
        left_.clear();
    }

    static void finish(Command& one) {
        for (auto left = one.waiting(); left > 0; left -= std::min(left, kPiece)) {
            send(one.take_output(left));
        }
        for (const auto& path : one.request().wanted) {
            auto file = triphammer::supervisor::take_file(path);
            file.command = one.number();
            if (!file.path.empty()) send(wire::to_frame(file));
        }
        send(wire::to_frame(*one.end()));
    }

    void read_requests() {
        char bytes[kPiece];
        const auto count = ::read(STDIN_FILENO, bytes, sizeof bytes);
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
        if (count <= 0) end_everything();
        received_.append(bytes, static_cast<std::size_t>(count));
        bool broken = false;
        while (auto frame = wire::take_frame(received_, broken)) carry_out(*frame);
        if (broken) end_everything();
    }

    void carry_out(const wire::Frame& frame) {
        if (frame.type == wire::Type::start) {
            auto start = wire::parse_start(frame.payload);
            return start ? this->start(std::move(*start)) : end_everything();
        }
        if (frame.type == wire::Type::signal) {
            const auto signal = wire::parse_signal(frame.payload);
            return signal ? pass_on(*signal) : end_everything();
        }
        const auto file = wire::parse_file(frame.payload);
        if (frame.type != wire::Type::file || !file) end_everything();
        auto wrong = triphammer::supervisor::put_file(*file);
        if (wrong_file_.empty()) wrong_file_ = std::move(wrong);
    }

    void start(wire::Start start) {
        wire::Ended ended;
        ended.command = start.command;
        ended.how = wire::How::not_started;
        ended.text = std::exchange(wrong_file_, {});
        if (!ended.text.empty()) return send(wire::to_frame(ended));
        if (start.arguments.empty()) {
            ended.how = wire::How::exited;
            return send(wire::to_frame(ended));
        }
        auto command = std::make_unique<Command>(std::move(start));
        ended.value = command->start();
        if (ended.value == 0) return commands_.push_back(std::move(command));
        const auto& request = command->request();
        ended.text = "start " + request.arguments.front() + " in " + request.directory + ": " +
                     std::strerror(ended.value);
        send(wire::to_frame(ended));
    }

    /// KILL reaches the keeper of the only command as well, whose end is told then.
    void pass_on(const wire::Signal& signal) {
        for (const auto& one : commands_) {
            if (one->number() != signal.command) continue;
            one->expect_end();
            if (is_alone()) {
                ::kill(-1, signal.number);
            } else if (signal.number == SIGKILL) {
                triphammer::supervisor::kill_below(one->keeper());
            } else {
                triphammer::supervisor::signal_below(one->keeper(), signal.number);
            }
        }
    }

    int children_;
    Commands commands_;
    Commands left_;  // what they left is alive
    std::string received_;
    std::string wrong_file_;  // of those that came for the next command
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
    ready.user = ::getuid();
    ready.group = ::getgid();
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
    if (failure == 0) {
        send("ready\n");
        return 0;
    }
    return complain(std::string{"cannot set routes: "} + std::strerror(failure), kCannotGuard);
}

/// The engine asks for its end by TERM, which the first process of a container ignores by itself.
int keep() {
    ::signal(SIGTERM, [](int) { ::_exit(0); });
    if (const int status = guard(); status != 0) return status;
    for (;;) ::pause();
}

int pass_gate(char** command) {
    for (int pause = 0; !triphammer::supervisor::is_cut_off(); ++pause) {
        if (pause == kGatePauses) return complain("nobody opened the gate", kCannotGuard);
        ::usleep(kGatePause);
    }
    ::execvp(command[0], command);
    return complain(std::string{command[0]} + ": " + std::strerror(errno), kCannotStart);
}

/// `path` and the folders that it is in; those that are there stay as they are. What is wrong, or
/// nothing.
std::string make_folder(const std::string& path, std::uint32_t mode) {
    wire::File folder;
    folder.kind = wire::FileKind::folder;
    folder.mode = mode;
    for (auto end = path.find('/', 1); end != path.npos; end = path.find('/', end + 1)) {
        folder.path = path.substr(0, end);
        if (::access(folder.path.c_str(), F_OK) == 0) continue;
        auto wrong = triphammer::supervisor::put_file(folder);
        if (!wrong.empty()) return wrong;
    }
    folder.path = path;
    return triphammer::supervisor::put_file(folder);
}

/// Steps write everywhere but to the actions. What is wrong, or nothing.
std::string make_folders(const std::string& workspace) {
    auto wrong = make_folder(wire::kActions, 0755);
    for (const auto& path : {workspace, std::string{wire::kTemp}, std::string{wire::kHome}}) {
        if (wrong.empty()) wrong = make_folder(path, 0777);
    }
    return wrong;
}

/// Where an image stands for a machine, the paths that machines have at GitHub lead to the folders
/// too: /home/runner/work/NAME/NAME. What the image has there stays; a root that is read-only has
/// none.
void name_as_on_machine() {
    constexpr const char* kHome = "/home/runner";
    if (::access(kHome, F_OK) != 0 && !make_folder(kHome, 0755).empty()) return;
    [[maybe_unused]] const int ignored = ::symlink("/__w", "/home/runner/work");
}

/// What is wrong, or nothing. After this no process of the job can undo it.
std::string give_up_rights(const char* workspace, const char* user) {
    auto wrong = make_folders(workspace);
    if (!wrong.empty()) return wrong;
    int failure = triphammer::supervisor::cut_off_metadata();
    if (failure == 0) failure = triphammer::supervisor::drop_guard_rights();
    if (failure != 0) return std::string{"cannot guard the container: "} + std::strerror(failure);
    if (user == nullptr) return {};
    return triphammer::supervisor::become(user, {workspace, wire::kTemp, wire::kHome});
}

[[noreturn]] void obey() {
    Work work{watch_children()};
    send(wire::to_frame(look_around()));
    for (;;) work.run_round();
}

}  // namespace

int main(int count, char** arguments) {
    const std::string_view errand = count > 1 ? arguments[1] : "";
    if (errand == "guard") return guard();
    if (errand == "keep") return keep();
    if (errand == "gate" && count > 2) return pass_gate(arguments + 2);
    if (errand == "forward") {
        return complain(
            triphammer::supervisor::forward({arguments + 2, arguments + count}), kCannotStart
        );
    }
    const bool is_machine = errand == "machine";
    if ((errand != "steps" && !is_machine) || count < 3) {
        return complain("no such errand", kCannotStart);
    }
    if (is_machine) name_as_on_machine();
    const auto wrong = give_up_rights(arguments[2], count > 3 ? arguments[3] : nullptr);
    if (wrong.empty()) obey();
    wire::Ended ended;
    ended.how = wire::How::not_started;
    ended.text = wrong;
    send(wire::to_frame(ended));
    return kCannotGuard;
}
