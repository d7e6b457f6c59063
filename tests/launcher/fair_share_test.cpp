#include "launcher/fair_share.hpp"

#include "base/file.hpp"
#include "launcher/attempt_users.hpp"

#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace triphammer::launcher {
namespace {

constexpr const char* kRun = "/fair-share";
constexpr std::int64_t kFence = 77'000'001;
const uid_t kSteps = users_of(kRun, kFence).steps;
const uid_t kAnother = users_of("/another-server", kFence).steps;

TEST(FairShareNiceness, GivesEachSessionItsPartOfOne) {
    EXPECT_EQ(niceness_of_part(0), 0);
    EXPECT_EQ(niceness_of_part(1), 0);
    EXPECT_EQ(niceness_of_part(2), 3);
    EXPECT_EQ(niceness_of_part(20), 13);
    EXPECT_EQ(niceness_of_part(5000), 19);
}

/// Processes of a job that want a processor, each in a session of its own.
class FairShareOfAJob : public ::testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "only root tells jobs apart";
        if (!std::filesystem::exists("/proc/self/autogroup")) GTEST_SKIP() << "no autogroups";
    }

    void TearDown() override {
        for (const auto pid : processes_) ::kill(pid, SIGKILL);
        for (const auto pid : processes_) ::waitpid(pid, nullptr, 0);
    }

    void begin(uid_t user) {
        const pid_t pid = ::fork();
        if (pid == 0) {
            ::setsid();
            if (::setresuid(user, user, user) != 0) ::_exit(1);
            for (volatile int turn = 0;;) turn = turn + 1;
        }
        processes_.push_back(pid);
    }

    /// Until all that was begun is there at one look.
    BusySessions find_all(uid_t user) {
        for (;;) {
            auto all = find_busy_sessions({user});
            auto& found = all[user];
            if (found.size() == processes_.size()) return found;
            ::usleep(500);
        }
    }

    static std::string share_of(pid_t pid) {
        const auto text = read_file("/proc/" + std::to_string(pid) + "/autogroup", 4096);
        return text ? text->substr(text->find("nice")) : "";
    }

    std::vector<pid_t> processes_;
};

TEST_F(FairShareOfAJob, IsThatOfOneSessionHoweverManyItHas) {
    for (int count = 0; count < 3; ++count) begin(kSteps);
    for (const auto& [session, member] : find_all(kSteps)) EXPECT_EQ(session, member);

    FairShare{}.adjust(kRun, {kFence});

    for (const auto pid : processes_) EXPECT_EQ(share_of(pid), "nice 5\n");
}

TEST_F(FairShareOfAJob, IsNotThatOfAnotherServersJob) {
    for (int count = 0; count < 3; ++count) begin(kAnother);
    EXPECT_EQ(find_all(kAnother).size(), 3U);

    FairShare{}.adjust(kRun, {kFence});

    for (const auto pid : processes_) EXPECT_EQ(share_of(pid), "nice 0\n");
}

}  // namespace
}  // namespace triphammer::launcher
