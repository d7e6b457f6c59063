// The launcher's side with a real runner program. A copy that gets no start line ends with 2.
#include "launcher/standby.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace triphammer::launcher {
namespace {

namespace fs = std::filesystem;
using triphammer::testing::TempDir;

fs::path runner_program() {
    return fs::read_symlink("/proc/self/exe").parent_path().parent_path() / "server" /
           "triphammer-runner";
}

/// Process ids of our children that run `program`.
std::vector<pid_t> children_that_run(const fs::path& program) {
    const auto self = std::to_string(::getpid());
    const auto list = read_file("/proc/self/task/" + self + "/children", 4096);
    std::vector<pid_t> out;
    std::istringstream words{list ? *list : std::string{}};
    for (pid_t pid = 0; words >> pid;) {
        std::error_code gone;
        const auto target = fs::read_symlink("/proc/" + std::to_string(pid) + "/exe", gone);
        if (target == program) out.push_back(pid);
    }
    return out;
}

/// What it holds open whose name begins so: descriptor, name.
std::map<fs::path, std::string> open_in(pid_t pid, const std::string& kind) {
    std::map<fs::path, std::string> out;
    for (const auto& entry : fs::directory_iterator{"/proc/" + std::to_string(pid) + "/fd"}) {
        std::error_code closed;
        const auto target = fs::read_symlink(entry, closed).string();
        if (target.rfind(kind, 0) == 0) out[entry.path()] = target;
    }
    return out;
}

std::map<fs::path, std::string> networks_of(pid_t pid) {
    return open_in(pid, "net:");
}

/// Each network that somebody serves, or will, has one.
std::size_t count_programs(pid_t pid) {
    return open_in(pid, "anon_inode:bpf_link").size();
}

class StandbyTest : public ::testing::Test {
  protected:
    StandbyTest() {
        auto pipe = make_pipe();
        line_ = std::move(pipe->first);
        write_ = std::move(pipe->second);
        lock_ = std::move(*lock_file(folder_.path() / "lock"));
        log_ = std::move(*open_file(log_path(), O_WRONLY | O_CREAT | O_APPEND, 0600));
    }

    fs::path log_path() const { return folder_.path() / "runner.log"; }

    Result<Child> start() {
        return standby_.start({folder_.path().string(), line_.get(), lock_.get(), log_.get()});
    }

    /// Its working directory is the last that it takes over.
    void wait_until_copied(const Child& runner) const {
        const auto link = "/proc/" + std::to_string(runner.pid()) + "/cwd";
        for (int turn = 0; fs::read_symlink(link) != fs::canonical(folder_.path()); ++turn) {
            ASSERT_LT(turn, 10'000);
            ::usleep(500);
        }
    }

    /// Until the standby has made what it keeps ready.
    static void wait_for_networks() {
        const auto standby = children_that_run(runner_program()).at(0);
        wait_until([&] { return count_programs(standby) == 2; });
    }

    static void wait_until(const std::function<bool()>& condition) {
        for (int turn = 0; !condition(); ++turn) {
            ASSERT_LT(turn, 20'000);
            ::usleep(500);
        }
    }

    ExitStatus say(std::string_view line, Child& child) {
        EXPECT_TRUE(write_all(write_.get(), line));
        write_ = {};
        return child.wait();
    }

    const TempDir folder_;
    Standby standby_{runner_program(), {"PATH=/usr/bin:/bin"}};
    FileDescriptor line_;
    FileDescriptor write_;
    FileDescriptor lock_;
    FileDescriptor log_;
};

TEST_F(StandbyTest, GivesARunnerThatReadsItsStartLine) {
    auto runner = start();
    ASSERT_TRUE(runner) << runner.error().message;

    const auto status = say("no start line", *runner);

    EXPECT_EQ(status.code, 2);
    EXPECT_NE(read_file(log_path(), 4096)->find("cannot start"), std::string::npos);
}

TEST_F(StandbyTest, GivesARunnerThatLooksLikeOneThatWasStarted) {
    auto runner = start();
    ASSERT_TRUE(runner) << runner.error().message;
    const auto proc = fs::path{"/proc"} / std::to_string(runner->pid());
    wait_until_copied(*runner);

    EXPECT_EQ(::getsid(runner->pid()), runner->pid());
    EXPECT_EQ(fs::read_symlink(proc / "fd" / "4"), fs::canonical(folder_.path()) / "lock");
    EXPECT_EQ(fs::read_symlink(proc / "fd" / "0"), "/dev/null");
    EXPECT_EQ(read_file((proc / "cmdline").string(), 4096)->find("standby"), std::string::npos);
    const auto descriptors = std::distance(fs::directory_iterator{proc / "fd"}, {});
    const auto of_root = networks_of(runner->pid()).empty() ? 0 : 4 + 3;  // network, users
    EXPECT_EQ(descriptors, 5 + of_root) << "nothing else of the standby's is left";

    say("", *runner);
}

TEST_F(StandbyTest, GivesEachRunnerANetworkOfItsOwn) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root makes networks";
    auto first = start();
    ASSERT_TRUE(first) << first.error().message;
    ::kill(first->pid(), SIGKILL);
    first->wait();
    std::set<std::string> seen;
    std::vector<FileDescriptor> held;  // or the kernel gives a later one an earlier one's number
    for (int count = 0; count < 5; ++count) {
        wait_for_networks();
        auto runner = start();
        ASSERT_TRUE(runner) << runner.error().message;
        wait_until_copied(*runner);
        for (const auto& [descriptor, network] : networks_of(runner->pid())) {
            seen.insert(network);
            held.emplace_back(::open(descriptor.c_str(), O_RDONLY | O_CLOEXEC));
        }
        ::kill(runner->pid(), SIGKILL);
        runner->wait();
    }
    EXPECT_EQ(seen.size(), 5U);
}

TEST_F(StandbyTest, LetsTheNetworksOfEarlierJobsEndTogetherWhenNothingIsStarted) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root makes networks";
    for (int count = 0; count < 3; ++count) {
        auto runner = start();
        ASSERT_TRUE(runner) << runner.error().message;
        ::kill(runner->pid(), SIGKILL);
        runner->wait();
        wait_for_networks();
    }
    const auto standby = children_that_run(runner_program()).at(0);

    wait_until([&] { return networks_of(standby).size() == 2; });

    EXPECT_EQ(count_programs(standby), 2U) << "those that are ready";
}

TEST_F(StandbyTest, HoldsTheLockAsLongAsTheRunnerLives) {
    auto runner = start();
    ASSERT_TRUE(runner) << runner.error().message;
    lock_ = {};

    EXPECT_TRUE(is_locked(folder_.path() / "lock"));
    say("", *runner);

    EXPECT_FALSE(is_locked(folder_.path() / "lock")) << "the standby must not hold it";
}

TEST_F(StandbyTest, IsReplacedWhenItDied) {
    auto first = start();
    ASSERT_TRUE(first) << first.error().message;
    say("", *first);
    if (::geteuid() == 0) wait_for_networks();  // it makes nothing more
    const auto waiting = children_that_run(runner_program());
    ASSERT_EQ(waiting.size(), 1U);
    ::kill(waiting[0], SIGKILL);
    ::siginfo_t ended{};
    ::waitid(P_PID, static_cast<id_t>(waiting[0]), &ended, WEXITED | WNOWAIT);

    auto second = start();

    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(second->wait().code, 2);
    EXPECT_NE(children_that_run(runner_program()), waiting);
}

TEST_F(StandbyTest, SaysThatNothingWasStartedWhereThereIsNoProgram) {
    Standby none{"/nonexistent/runner", {}};

    const auto runner = none.start({"/", line_.get(), lock_.get(), log_.get()});

    ASSERT_FALSE(runner);
    EXPECT_EQ(runner.error().code, Code::unavailable);
}

}  // namespace
}  // namespace triphammer::launcher
