#include "execution/job_users.hpp"

#include "base/spawn.hpp"
#include "execution/network.hpp"
#include "execution/way.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>

namespace triphammer::execution {
namespace {

namespace fs = std::filesystem;
using testing::TempDir;

constexpr uid_t kRunner = 0x78000007;
constexpr uid_t kSteps = 0x70000007;

class JobUsersTest : public ::testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "only root has users to give";
        fs::permissions(folder_.path(), fs::perms{0755});
        EXPECT_TRUE(replace_file(folder_ / "root", "root's", 0600));
        EXPECT_TRUE(replace_file(folder_ / "steps", "the steps'", 0600));
        EXPECT_EQ(::chown((folder_ / "steps").c_str(), kSteps, kSteps), 0);
    }

    /// What `work` wrote in a process that has entered.
    std::string as_runner(const std::function<void()>& work) {
        auto users = JobUsers::make();
        EXPECT_TRUE(users) << users.error().message;
        auto pipe = make_pipe();
        std::fflush(stdout);
        const pid_t pid = ::fork();
        if (pid == 0) {
            ::dup2(pipe->second.get(), STDOUT_FILENO);
            const auto entered = users->enter(kRunner, kSteps);
            if (!entered) std::puts(entered.error().message.c_str());
            if (entered) work();
            std::fflush(stdout);
            ::_exit(0);
        }
        pipe->second = {};
        std::string said;
        char piece[4096];
        for (ssize_t count = 0; (count = ::read(pipe->first.get(), piece, sizeof piece)) > 0;) {
            said.append(piece, static_cast<std::size_t>(count));
        }
        ::waitpid(pid, nullptr, 0);
        return said;
    }

    static void say(const char* what, bool done) {
        std::printf("%s: %s\n", what, done ? "done" : std::strerror(errno));
    }

    /// A process of the steps' user.
    static pid_t begin_step() {
        auto pipe = make_pipe();
        const pid_t step = ::fork();
        char ready = 0;
        if (step == 0) {
            const bool is_another = ::setresuid(kSteps, kSteps, kSteps) == 0;
            (void)write_all(pipe->second.get(), is_another ? "+" : "");
            for (;;) ::pause();
        }
        EXPECT_EQ(::read(pipe->first.get(), &ready, 1), 1);
        return step;
    }

    static bool can_open(const fs::path& path) { return open_file(path, O_RDONLY).has_value(); }

    const TempDir folder_;
};

TEST_F(JobUsersTest, AreNobodyToTheRestOfTheMachine) {
    const auto roots = ::getpid();

    const auto said = as_runner([&] {
        say("read", can_open(folder_ / "root"));
        say("make", ::mkdir((folder_ / "new").c_str(), 0700) == 0);
        say("kill", ::kill(roots, 0) == 0);
        say("mount", ::mount("tmpfs", "/mnt", "tmpfs", 0, nullptr) == 0);
        say("own", ::chown((folder_ / "steps").c_str(), 1, 1) == 0);
        say("leave", ::setresuid(1, 1, 1) == 0);
    });

    EXPECT_EQ(
        said,
        "read: Permission denied\nmake: Permission denied\nkill: Operation not permitted\n"
        "mount: Operation not permitted\nown: Invalid argument\nleave: Invalid argument\n"
    );
}

TEST_F(JobUsersTest, RuleOverTheStepsAlone) {
    const auto said = as_runner([&] {
        say("read", can_open(folder_ / "steps"));
        say("own", ::chown((folder_ / "steps").c_str(), 0, 0) == 0);
        const pid_t step = begin_step();
        say("kill", ::kill(step, SIGKILL) == 0);
        ::waitpid(step, nullptr, 0);
    });

    EXPECT_EQ(said, "read: done\nown: done\nkill: done\n");

    struct stat mine {};

    EXPECT_EQ(::stat((folder_ / "steps").c_str(), &mine), 0);
    EXPECT_EQ(mine.st_uid, kRunner);
}

TEST_F(JobUsersTest, GainNothingByAProgramThatTheyStart) {
    EXPECT_EQ(
        as_runner([] { std::printf("%d\n", ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)); }), "1\n"
    );
}

TEST_F(JobUsersTest, OpenSocketsInTheirNetwork) {
    auto users = JobUsers::make();
    ASSERT_TRUE(users) << users.error().message;
    const auto network = Network::make(Borders{}, users->take_network());
    ASSERT_TRUE(network) << network.error().message;
    const pid_t pid = ::fork();
    if (pid == 0) {
        const bool entered = users->enter(kRunner, kSteps).has_value();
        const bool opened = network->open(SOCK_STREAM, {kLoopback, 53}).has_value();
        const bool alone = Network::make({}).has_value();
        ::_exit(entered && opened && alone ? 0 : 1);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);

    EXPECT_EQ(status, 0);
}

TEST_F(JobUsersTest, GetThroughAClosedFolderToWhatIsShownAndNothingElse) {
    const auto closed = folder_ / "closed";
    fs::create_directories(closed / "data");
    fs::create_directories(closed / "run");
    fs::create_directories(closed / "engine");
    fs::permissions(closed, fs::perms{0700});
    EXPECT_TRUE(replace_file(closed / "data" / "key", "secret", 0644));
    EXPECT_TRUE(replace_file(closed / "data" / "socket", "", 0644));
    const pid_t pid = ::fork();
    if (pid == 0) {
        const bool opened =
            open_ways({closed / "run", closed / "engine", closed / "data" / "socket"}).has_value();
        EXPECT_TRUE(replace_file(closed / "run" / "file", "for all", 0644));
        EXPECT_TRUE(replace_file(closed / "engine" / "socket", "for all", 0644));
        const bool left = ::setresuid(kRunner, kRunner, kRunner) == 0;
        const bool shown = can_open(closed / "run" / "file") &&
                           can_open(closed / "engine" / "socket") &&
                           can_open(closed / "data" / "socket");
        ::_exit(opened && left && shown && !fs::exists(closed / "data" / "key") ? 0 : 1);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);

    EXPECT_EQ(status, 0);
    EXPECT_TRUE(fs::exists(closed / "run" / "file")) << "it is the same folder outside";
    EXPECT_TRUE(fs::exists(closed / "data" / "key"));
}

}  // namespace
}  // namespace triphammer::execution
