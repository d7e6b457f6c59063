#include "launcher/network_stock.hpp"

#include "launcher/running_launcher.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>

namespace triphammer::launcher {
namespace {

namespace fs = std::filesystem;
using testing::Daemon;
using testing::RunningLauncher;
using triphammer::testing::TempDir;

/// A runner whose job is in a container; as the keeper of networks it writes down what it is asked
/// for, in the run directory, where its program is.
constexpr const char* kRunner =
    "#!/bin/sh\nrun=$(dirname \"$0\")/..\n"
    "if [ \"$1\" = networks ]; then echo \"$2 $3 $4\" >> \"$run/asked\"; exit 0; fi\n"
    ": > container\n: > engine\nexit 0\n";

/// The same, but that job 2 takes its time.
constexpr const char* kSlowSecond =
    "#!/bin/sh\nrun=$(dirname \"$0\")/..\n"
    "if [ \"$1\" = networks ]; then echo \"$2 $3 $4\" >> \"$run/asked\"; exit 0; fi\n"
    "case $PWD in */2) sleep 2; echo job >> \"$run/asked\"; exit 0 ;; esac\n"
    ": > container\n: > engine\nexit 0\n";

std::string wait_for_lines(const fs::path& file, int count) {
    for (;;) {
        const auto text = read_file(file, 1 << 20);
        if (text && std::count(text->begin(), text->end(), '\n') >= count) return *text;
        ::usleep(500);
    }
}

void run_job(Daemon& daemon, std::int64_t fence, const std::string& server) {
    Request start;
    start.action = Action::start;
    start.fence = fence;
    start.token = Secret{"secret-token"};
    start.server_id = server;
    daemon.send(to_line(start));
    EXPECT_EQ(daemon.next_event().kind, "started");
    EXPECT_EQ(daemon.next_event().kind, "ended");
    Request sweep = start;
    sweep.action = Action::sweep;
    daemon.send(to_line(sweep));
    EXPECT_EQ(daemon.next_event().kind, "swept");
}

TEST(NetworkStock, FillsAfterAJobInAContainerAndIsEmptiedAtTheEnd) {
    const TempDir run;
    {
        const RunningLauncher launcher{run.path(), kRunner};
        Daemon daemon{launcher.socket()};
        run_job(daemon, 1, "one");
        EXPECT_EQ(wait_for_lines(run.path() / "asked", 1), " one 2\n");
        EXPECT_TRUE(fs::exists(run.path() / "networks"));
    }
    EXPECT_EQ(wait_for_lines(run.path() / "asked", 2), " one 2\n one 0\n");
    EXPECT_FALSE(fs::exists(run.path() / "networks"));
}

TEST(NetworkStock, WaitsForJobsThatWouldFeelIt) {
    const TempDir run;
    const RunningLauncher launcher{run.path(), kSlowSecond};
    Daemon daemon{launcher.socket()};
    ASSERT_EQ(daemon.ask(Action::start, 2).kind, "started");

    run_job(daemon, 1, "one");

    EXPECT_EQ(wait_for_lines(run.path() / "asked", 2), "job\n one 2\n");
}

TEST(NetworkStock, OfADeadLauncherIsLookedThroughByTheNext) {
    const TempDir run;
    const std::string note = R"({"docker_host":"unix:///e","server_id":"old"})";
    ASSERT_TRUE(replace_file(run.path() / "networks", note));

    const RunningLauncher launcher{run.path(), kRunner};

    EXPECT_EQ(wait_for_lines(run.path() / "asked", 1), "unix:///e old 2\n");
}

TEST(NetworkStock, IsEmptiedOnAnEngineThatIsNotUsedAnyMore) {
    const TempDir run;
    const RunningLauncher launcher{run.path(), kRunner};
    Daemon daemon{launcher.socket()};
    run_job(daemon, 1, "one");
    wait_for_lines(run.path() / "asked", 1);

    run_job(daemon, 2, "two");

    EXPECT_EQ(wait_for_lines(run.path() / "asked", 3), " one 2\n one 0\n two 2\n");
}

}  // namespace
}  // namespace triphammer::launcher
