#include "base/text.hpp"
#include "launcher/attempt_users.hpp"
#include "launcher/running_launcher.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

namespace triphammer::launcher {
namespace {

namespace fs = std::filesystem;
using testing::Daemon;
using testing::RunningLauncher;
using triphammer::testing::TempDir;

/// Keeps the start line and lives until TERM.
constexpr const char* kObedient =
    "#!/bin/sh\nread -r line <&3\necho \"$line\" > line\ntrap 'exit 4' TERM\necho up > up\n"
    "while :; do sleep 0.01; done\n";
constexpr const char* kStubborn =
    "#!/bin/sh\ntrap '' TERM\necho up > up\nwhile :; do sleep 0.01; done\n";
constexpr const char* kShort = "#!/bin/sh\nexit 3\n";

std::string read_when_there(const fs::path& file) {
    while (!fs::exists(file) || fs::file_size(file) == 0) ::usleep(500);
    return *read_file(file, 1 << 20);
}

/// Ended counts, also where nobody reaps it.
bool is_running(std::int64_t pid) {
    const auto stat = read_file("/proc/" + std::to_string(pid) + "/stat", 1 << 16);
    return stat && !stat->empty() && stat->find(") Z ") == std::string::npos;
}

TEST(LauncherServer, StartsARunnerOnceWithItsLineAndItsLock) {
    const TempDir run;
    const RunningLauncher launcher{run.path(), kObedient};
    Daemon daemon{launcher.socket()};

    EXPECT_EQ(daemon.ask(Action::start, 7).kind, "started");
    read_when_there(run.path() / "7" / "up");
    EXPECT_NE(read_when_there(run.path() / "7" / "line").find("secret-token"), std::string::npos);
    EXPECT_EQ(daemon.ask(Action::start, 7).kind, "exists");
    const auto list = daemon.ask(Action::list, 0);
    ASSERT_EQ(list.attempts.size(), 1U);
    EXPECT_TRUE(list.attempts[0].alive);

    EXPECT_EQ(daemon.ask(Action::stop, 7).kind, "stopped");
    const auto ended = daemon.next_event();
    EXPECT_EQ(ended.kind, "ended");
    EXPECT_EQ(ended.exit, 4);
    EXPECT_FALSE(daemon.ask(Action::list, 0).attempts[0].alive);
    EXPECT_EQ(daemon.ask(Action::start, 7).kind, "exists");
    EXPECT_EQ(daemon.ask(Action::sweep, 7).kind, "swept");
    EXPECT_FALSE(fs::exists(run.path() / "7"));
    EXPECT_TRUE(daemon.ask(Action::list, 0).attempts.empty());
}

TEST(LauncherServer, PutsNoTokenOnACommandLine) {
    const TempDir run;
    const RunningLauncher launcher{run.path(), kObedient};
    Daemon daemon{launcher.socket()};

    daemon.ask(Action::start, 1);
    read_when_there(run.path() / "1" / "up");
    const auto pid = read_when_there(run.path() / "1" / "lock");

    for (const char* file : {"cmdline", "environ"}) {
        const auto text = read_file("/proc/" + pid + "/" + file, 1 << 20);
        EXPECT_EQ(text->find("secret-token"), std::string::npos);
    }
    daemon.ask(Action::sweep, 1);
}

TEST(LauncherServer, KnowsLivingRunnersAfterARestart) {
    const TempDir run;
    {
        const RunningLauncher first{run.path(), kObedient};
        Daemon{first.socket()}.ask(Action::start, 5);
        read_when_there(run.path() / "5" / "up");
    }
    const RunningLauncher second{run.path(), kObedient};
    Daemon daemon{second.socket()};

    ASSERT_EQ(daemon.ask(Action::list, 0).attempts.size(), 1U);
    EXPECT_TRUE(daemon.ask(Action::list, 0).attempts[0].alive);
    EXPECT_EQ(daemon.ask(Action::start, 5).kind, "exists");
    EXPECT_EQ(daemon.ask(Action::stop, 5).kind, "stopped");
    EXPECT_EQ(daemon.next_event().fence, 5);
    EXPECT_EQ(daemon.ask(Action::sweep, 5).kind, "swept");
}

TEST(LauncherServer, SweepsARunnerThatHidFromItsLock) {
    if (::geteuid() != 0) return;  // else a runner has no user of its own
    const TempDir run;
    const auto user = std::to_string(users_of(run.path(), 3).runner);
    const auto hidden = "#!/bin/sh\nexec 4>&-\nexec setpriv --reuid " + user +
                        " --clear-groups sh -c '" +
                        "rm -f lock; echo 1 > lock; trap \"\" TERM; echo $$ > pid; mv pid up; " +
                        "while :; do sleep 0.01; done'\n";
    const RunningLauncher launcher{run.path(), hidden.c_str()};
    Daemon daemon{launcher.socket()};
    daemon.ask(Action::start, 3);
    const auto pid = parse_integer(trim(read_when_there(run.path() / "3" / "up"))).value();
    ASSERT_TRUE(is_running(pid));
    EXPECT_FALSE(daemon.ask(Action::list, 0).attempts[0].alive);

    EXPECT_EQ(daemon.ask(Action::sweep, 3).kind, "swept");

    for (int look = 0; look < 10'000 && is_running(pid); ++look) ::usleep(500);  // it is dying
    EXPECT_FALSE(is_running(pid));
}

TEST(LauncherServer, KillsAfterTheGrace) {
    const TempDir run;
    const RunningLauncher launcher{run.path(), kStubborn};
    Daemon daemon{launcher.socket()};
    daemon.ask(Action::start, 2);
    read_when_there(run.path() / "2" / "up");

    daemon.ask(Action::stop, 2, 20);

    EXPECT_EQ(daemon.next_event().signal, SIGKILL);
    EXPECT_EQ(daemon.ask(Action::sweep, 2).kind, "swept");
}

TEST(LauncherServer, SweepsALivingRunner) {
    const TempDir run;
    const RunningLauncher launcher{run.path(), kStubborn};
    Daemon daemon{launcher.socket()};
    daemon.ask(Action::start, 2);
    read_when_there(run.path() / "2" / "up");

    EXPECT_EQ(daemon.ask(Action::sweep, 2).kind, "swept");
    EXPECT_FALSE(fs::exists(run.path() / "2"));
    EXPECT_EQ(daemon.ask(Action::sweep, 2).kind, "swept");
}

TEST(LauncherServer, TellsOfAnEnd) {
    const TempDir run;
    const RunningLauncher launcher{run.path(), kShort};
    Daemon daemon{launcher.socket()};

    daemon.ask(Action::start, 3);

    EXPECT_EQ(daemon.next_event().exit, 3);
    EXPECT_EQ(daemon.ask(Action::list, 0).attempts[0].exit, 3);
    daemon.ask(Action::sweep, 3);
}

TEST(LauncherServer, DropsAnOlderConnectionAndOneThatTalksNonsense) {
    const TempDir run;
    const RunningLauncher launcher{run.path(), kShort};
    Daemon older{launcher.socket()};
    older.ask(Action::list, 0);
    Daemon newer{launcher.socket()};
    newer.ask(Action::list, 0);

    EXPECT_TRUE(older.is_closed());
    newer.send("{\"do\":\"format\"}\n");
    EXPECT_TRUE(newer.is_closed());
}

/// Without the thread of a RunningLauncher: what happens when is ours to say.
TEST(LauncherServer, ListensOnWhenItHadNoDescriptorLeft) {
    const TempDir run;
    Settings settings;
    settings.run = fs::canonical(run.path());
    boost::asio::io_context context{1};
    Server::Acceptor acceptor{context, (run / "launcher.sock").string()};
    Server server{context.get_executor(), settings};
    boost::asio::co_spawn(context, server.run(acceptor), [](std::exception_ptr) {});
    context.poll();
    Daemon daemon{run / "launcher.sock"};
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{0, before.rlim_max};

    ::setrlimit(RLIMIT_NOFILE, &none);
    context.poll();
    ::setrlimit(RLIMIT_NOFILE, &before);
    std::thread thread{[&] { context.run(); }};

    EXPECT_EQ(daemon.ask(Action::list, 0).kind, "list");
    boost::asio::post(context, [&] { acceptor.close(); });
    boost::asio::co_spawn(context, server.stop(), [](std::exception_ptr) {});
    thread.join();
}

TEST(LauncherServer, SaysWhyItCannotStart) {
    const TempDir run;
    const RunningLauncher launcher{run.path(), "not a program"};
    Daemon daemon{launcher.socket()};

    const auto reply = daemon.ask(Action::start, 4);

    EXPECT_EQ(reply.kind, "refused");
    EXPECT_NE(reply.why.find("start"), std::string::npos) << reply.why;
    EXPECT_FALSE(daemon.ask(Action::list, 0).attempts[0].alive);
    daemon.ask(Action::sweep, 4);
}

}  // namespace
}  // namespace triphammer::launcher
