#include "launcher/attempt_users.hpp"

#include "base/file.hpp"
#include "base/spawn.hpp"

#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace triphammer::launcher {
namespace {

constexpr uid_t kOne = 0x77fffff1;
constexpr uid_t kOther = 0x77fffff2;

/// A process that waits for ever, as these users.
pid_t start_as(uid_t real, uid_t effective, uid_t saved) {
    auto pipe = make_pipe();
    const pid_t child = ::fork();
    if (child == 0) {
        const char ready = ::setresuid(real, effective, saved) == 0 ? '+' : '-';
        (void)!::write(pipe->second.get(), &ready, 1);
        for (;;) ::pause();
    }
    char ready = 0;
    EXPECT_EQ(::read(pipe->first.get(), &ready, 1), 1);
    EXPECT_EQ(ready, '+');
    return child;
}

bool was_killed(pid_t child) {
    int status = 0;
    return ::waitpid(child, &status, WNOHANG) == child && WIFSIGNALED(status);
}

/// What was killed needs a moment to end.
bool is_killed_soon(pid_t child) {
    for (int turn = 0; turn < 10'000; ++turn) {
        if (was_killed(child)) return true;
        ::usleep(500);
    }
    return false;
}

void end(pid_t child) {
    ASSERT_GT(child, 1);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
}

TEST(AttemptUsers, HaveAllTheirProcessesKilledAndNobodyElse) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root starts processes of other users";
    const auto first = start_as(kOne, kOne, kOne);
    const auto second = start_as(kOne, kOther, kOther);  // as it may call itself in its namespace
    const auto other = start_as(kOther, kOther, kOther);

    kill_processes_of(kOne);

    for (const auto child : {first, second}) {
        const bool is_gone = is_killed_soon(child);
        EXPECT_TRUE(is_gone);
        if (!is_gone) end(child);
    }
    EXPECT_FALSE(was_killed(other));
    end(other);
}

}  // namespace
}  // namespace triphammer::launcher
