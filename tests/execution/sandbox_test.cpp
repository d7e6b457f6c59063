#include "execution/sandbox.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "execution/descendants.hpp"
#include "support/run_task.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace triphammer::execution {
namespace {

namespace fs = std::filesystem;
using testing::TempDir;

/// A user as a launcher of root's makes one up for each attempt; `kForSteps` makes all tests run
/// so.
constexpr uid_t kStepUser = 0x70000007;
constexpr const char* kForSteps = "TRIPHAMMER_TEST_AS_STEPS";

/// Not below /tmp, which is another one inside.
class Elsewhere {
  public:
    Elsewhere() {
        std::string name = "/var/lib/triphammer-test-XXXXXX";
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        path = name;
    }

    ~Elsewhere() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }

    Elsewhere(const Elsewhere&) = delete;
    Elsewhere& operator=(const Elsewhere&) = delete;

    fs::path path;
};

class Collect final : public OutputSink {
  public:
    Task<Result<>> write(std::string_view bytes) override {
        text += bytes;
        co_return Result<>{};
    }

    std::string text;
};

/// A data directory with a key in it, and beside it what a job may use, as a runner has them.
class Sandboxed : public ::testing::Test {
  protected:
    Sandboxed() {
        become_subreaper();
        for (const char* name : {"work", "tmp", "home"}) fs::create_directories(folder(name));
        EXPECT_TRUE(replace_file(run_ / "7" / "source", "shown", 0644));
        if (::getenv(kForSteps) != nullptr) give_folders(kStepUser);
        EXPECT_TRUE(replace_file(run_ / "key", "secret"));
    }

    void give_folders(uid_t user) {
        for (const char* name : {"work", "tmp", "home"}) {
            EXPECT_EQ(::chown(folder(name).c_str(), user, user), 0);
        }
        user_ = user;
    }

    std::string folder(const std::string& name) const { return (run_ / "7" / name).string(); }

    Result<ProcessEnd> start(std::vector<std::string> arguments, std::string directory) {
        SandboxPaths paths;
        paths.temp = folder("tmp");
        paths.home = home_.empty() ? folder("home") : home_;
        paths.writable = {folder("work")};
        paths.readable = {folder("source")};
        paths.hidden = {run_.path()};
        Sandbox sandbox{std::move(paths)};
        if (prepares_) sandbox.prepare();
        if (kills_prepared_) kill_prepared();
        Command command;
        command.arguments = std::move(arguments);
        command.environment = environment_;
        command.environment.push_back("RUN=" + run_.path().string());
        command.directory = std::move(directory);
        command.sandbox = &sandbox;
        said_ = {};
        return testing::run_task<Result<ProcessEnd>>([&](Executor executor) {
            stop_.emplace(executor);
            return run_process(command, {}, said_, *stop_);
        });
    }

    static void kill_prepared() {
        kill_tree({});
        ::siginfo_t ended{};
        ::waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT);
    }

    /// What a script says inside.
    std::string ask(const std::string& script) {
        const auto end = start({"bash", "-c", script}, folder("work"));
        EXPECT_TRUE(end) << end.error().message;
        return said_.text;
    }

    TempDir run_;
    uid_t user_ = ::geteuid();
    std::vector<std::string> environment_{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
    std::string home_;  // somewhere else
    bool prepares_ = false;
    bool kills_prepared_ = false;
    Collect said_;
    std::optional<StopToken> stop_;
};

TEST_F(Sandboxed, SeesItsOwnFoldersAndNothingElseOfTheServer) {
    EXPECT_EQ(
        ask("ls -A $RUN; ls -A $RUN/7; cat $RUN/7/source; ls -A /root /run /dev/shm"),
        "7\nhome\nsource\nwork\nshown/dev/shm:\n\n/root:\n\n/run:\n"
    );
}

TEST_F(Sandboxed, WritesOnlyWhatIsItsOwn) {
    EXPECT_EQ(
        ask("touch here /tmp/there $RUN/7/home/x\n"
            "for path in / /usr /etc /usr/bin/env $RUN/7/source /sys/kernel; do\n"
            "  [ -w $path ] && echo can write $path; done"),
        ""
    );
    EXPECT_TRUE(fs::exists(folder("work") + "/here"));
    EXPECT_TRUE(fs::exists(folder("tmp") + "/there"));
    EXPECT_TRUE(fs::exists(folder("home") + "/x"));
}

TEST_F(Sandboxed, HasNoMountThatIsWritableOrPrivilegedButItsOwn) {
    const auto mounts = ask(R"(while read -r id parent device root place options rest; do
  case ,$options, in *,nosuid,*) ;; *) echo "not nosuid: $place";; esac
  case ,$options, in *,nodev,*) ;; *) echo "devices: $place";; esac
  case ,$options, in *,ro,*) ;; *) echo "writable: $place";; esac
done < /proc/self/mountinfo | sort | uniq)");
    std::vector<std::string> expected;
    for (const char* device : {"full", "null", "random", "tty", "urandom", "zero"}) {
        expected.push_back(std::string{"devices: /dev/"} + device);
        expected.push_back(std::string{"writable: /dev/"} + device);
    }
    expected.push_back("devices: /dev/pts");
    for (const char* place :
         {"/dev", "/dev/pts", "/dev/shm", "/home", "/proc", "/root", "/run", "/tmp", "/var/tmp"}) {
        expected.push_back(std::string{"writable: "} + place);
    }
    for (const auto& place : {run_.path().string(), folder("home"), folder("work")}) {
        expected.push_back("writable: " + place);
    }
    for (const auto line : split(mounts, '\n')) {
        EXPECT_TRUE(line.empty() || std::count(expected.begin(), expected.end(), line) > 0) << line;
    }
    EXPECT_NE(mounts.find("writable: " + folder("work")), std::string::npos) << mounts;
}

TEST_F(Sandboxed, HasOnlyTheUsualDevices) {
    EXPECT_EQ(
        ask("cd /dev; ls | tr '\\n' ' '; echo > null; head -c 2 zero | wc -c; head -c 2 urandom | "
            "wc -c;"
            "ls pts; [ -c ptmx ] && echo ptmx"),
        "core fd full null ptmx pts random shm stderr stdin stdout tty urandom zero "
        "2\n2\nptmx\nptmx\n"
    );
}

TEST_F(Sandboxed, SeesNoProcessButItsOwn) {
    EXPECT_EQ(ask("echo $$; echo /proc/[0-9]*"), "2\n/proc/1 /proc/2\n");
}

/// As far as the room goes that the program's own name had.
TEST_F(Sandboxed, NamesTheFirstProcess) {
    EXPECT_EQ(ask("cat /proc/1/comm; head -c 10 /proc/1/cmdline"), "triphammer-sand\ntriphammer");
}

TEST_F(Sandboxed, CannotLookIntoTheFirstProcessWhichIsACopyOfTheRunner) {
    EXPECT_EQ(
        ask("for what in environ maps mem auxv; do cat /proc/1/$what 2>/dev/null && echo $what; "
            "done\n"
            "for what in cwd root exe fd/0 fd/3; do readlink /proc/1/$what && echo $what; done\n"
            "kill -9 1; kill -TERM 1; echo alive"),
        "alive\n"
    );
}

TEST_F(Sandboxed, HasNoRightsAndGetsNone) {
    EXPECT_EQ(
        ask("grep -E '^(Cap|NoNewPrivs)' /proc/self/status | tr -d '\\t0\\n'"),
        "CapInh:CapPrm:CapEff:CapBnd:CapAmb:NoNewPrivs:1"
    );
}

TEST_F(Sandboxed, CannotChangeTheMachine) {
    EXPECT_EQ(
        ask("for file in /proc/sys/kernel/core_pattern /proc/sys/vm/drop_caches "
            "/proc/sysrq-trigger;"
            "do [ -e $file ] && (echo 0 > $file) 2>/dev/null && echo wrote $file; done\n"
            "mount -t tmpfs none /mnt 2>/dev/null && echo mounted\n"
            "umount $RUN 2>/dev/null && echo unmounted\n"
            "mount -o remount,rw / 2>/dev/null && echo remounted\n"
            "mknod /tmp/disk b 254 0 2>/dev/null && echo made a device\n"
            "hostname other 2>/dev/null && echo renamed; echo end"),
        "end\n"
    );
}

/// A user namespace of its own gives a step every right over what it makes itself, and no other.
TEST_F(Sandboxed, UncoversNothingInAUserNamespaceOfItsOwn) {
    const auto said =
        ask("unshare --user --map-root-user --mount sh -c '"
            "umount -l $RUN; umount -l /home; mkdir -p /tmp/top; mount --bind / /tmp/top;"
            "mount -o remount,rw,bind /; touch /usr/x; cat $RUN/key /tmp/top$RUN/key; echo tried'");

    EXPECT_EQ(said.find("secret"), std::string::npos) << said;
    EXPECT_FALSE(fs::exists("/usr/x"));
}

TEST_F(Sandboxed, LivesInNamespacesOfItsOwnButSharesTheNetwork) {
    const auto inside =
        ask("for kind in mnt pid ipc uts net; do readlink /proc/self/ns/$kind; done");

    std::vector<std::string> same;
    for (const auto line : split(inside, '\n')) {
        const auto kind = std::string{line.substr(0, line.find(':'))};
        if (kind.empty()) continue;
        if (fs::read_symlink("/proc/self/ns/" + kind) == line) same.push_back(kind);
    }
    EXPECT_EQ(same, std::vector<std::string>{"net"});
}

TEST_F(Sandboxed, HasASessionOfItsOwnWithoutATerminal) {
    EXPECT_EQ(
        ask("cut -d ' ' -f 6 /proc/$$/stat; (: < /dev/tty) 2>/dev/null || echo no terminal"),
        "2\nno terminal\n"
    );
}

TEST_F(Sandboxed, IsTheUserToWhomItsHomeBelongs) {
    const auto user = std::to_string(user_);
    EXPECT_EQ(ask("id -u; stat -c %u $RUN/7/work; umask"), user + "\n" + user + "\n0022\n");
}

TEST_F(Sandboxed, GivesAUserOfItsOwnANameAndNoGroupButOne) {
    if (::geteuid() != 0) return SUCCEED();
    give_folders(kStepUser);

    EXPECT_EQ(
        ask("id -un; id -gn; id -G; getent passwd $(id -u) | cut -d: -f6; getent passwd root | wc "
            "-l"),
        "runner\nrunner\n" + std::to_string(kStepUser) + "\n" + folder("home") + "\n1\n"
    );
}

TEST_F(Sandboxed, ReadsNothingOfRootAndNothingOfANeighbour) {
    if (::geteuid() != 0) return SUCCEED();
    const Elsewhere other;
    fs::create_directories(other.path / "work");
    EXPECT_TRUE(replace_file(other.path / "work" / "secret", "of a neighbour", 0600));
    EXPECT_EQ(::chown((other.path / "work" / "secret").c_str(), kStepUser + 1, kStepUser + 1), 0);
    fs::permissions(other.path, fs::perms{0755});
    give_folders(kStepUser);
    environment_.push_back("OTHER=" + other.path.string());

    EXPECT_EQ(
        ask("cat /etc/shadow $OTHER/work/secret 2>/dev/null; ls $OTHER/work; echo end"),
        "secret\nend\n"
    );
}

/// /srv may be the place of a run directory, with a folder above it that is nobody else's.
TEST_F(Sandboxed, ComesToItsFoldersThroughAFolderThatIsClosed) {
    if (::geteuid() != 0) return SUCCEED();
    const Elsewhere closed;
    EXPECT_TRUE(replace_file(closed.path / "other", "of somebody", 0644));
    const auto home = closed.path / "run" / "home";
    fs::create_directories(home);
    EXPECT_EQ(::chown(home.c_str(), kStepUser, kStepUser), 0);
    home_ = home;
    environment_.push_back("CLOSED=" + closed.path.string());

    EXPECT_EQ(
        ask("cd $CLOSED && ls -A; cd run/home && touch here; id -u"),
        "run\n" + std::to_string(kStepUser) + "\n"
    );
    EXPECT_TRUE(fs::exists(home / "here"));
}

TEST_F(Sandboxed, GetsNoDescriptorOfItsParent) {
    const FileDescriptor ours{::open(run_.path().c_str(), O_RDONLY)};  // without close-on-exec

    // No pipe: the shell would have its ends among them for a moment.
    EXPECT_EQ(ask("ls /proc/$$/fd; true"), "0\n1\n2\n");
}

TEST_F(Sandboxed, IsTheSameWhenItWasPreparedAhead) {
    const std::string script =
        "cat /proc/mounts | wc -l; ls -A /home /run; cat $RUN/key; ls $RUN/7";
    const auto fresh = ask(script);
    prepares_ = true;

    EXPECT_EQ(ask(script), fresh);
}

TEST_F(Sandboxed, IsMadeAnewWhenThePreparedOneIsGone) {
    prepares_ = kills_prepared_ = true;

    EXPECT_EQ(ask("echo here"), "here\n");
}

TEST_F(Sandboxed, HearsOfAnEnvironmentThatNoBufferHolds) {
    for (const char* name : {"A", "B", "C", "D", "E"}) {
        environment_.push_back(std::string{name} + "=" + std::string(100'000, 'x'));
    }

    EXPECT_EQ(ask("echo ${#A} ${#E}; pwd"), "100000 100000\n" + folder("work") + "\n");
}

TEST_F(Sandboxed, TellsHowTheCommandEnded) {
    EXPECT_EQ(start({"bash", "-c", "exit 3"}, folder("work"))->status.code, 3);
    const auto killed = start({"bash", "-c", "kill -SEGV $$"}, folder("work"));
    EXPECT_EQ(killed->cause, EndCause::signalled);
    EXPECT_EQ(killed->status.signal, SIGSEGV);
}

TEST_F(Sandboxed, SaysWhatCouldNotBeStarted) {
    const auto program = start({"no-such-program"}, folder("work"));
    EXPECT_EQ(program.error().code, Code::invalid);
    EXPECT_NE(program.error().message.find("no-such-program"), std::string::npos);
    const auto directory = start({"true"}, folder("nowhere"));
    EXPECT_EQ(directory.error().code, Code::invalid);
    EXPECT_NE(directory.error().message.find(folder("nowhere")), std::string::npos);
}

TEST_F(Sandboxed, ReapsWhatTheCommandLeavesToNobody) {
    EXPECT_EQ(ask("(sleep 0 & ) ; while [ -d /proc/3 ]; do :; done; echo reaped"), "reaped\n");
}

/// All tests once more in another process; `said` gets what they say.
bool repeat_tests(
    std::vector<std::string> before, std::vector<std::string> environment, std::string& said
) {
    const TempDir place;
    fs::permissions(place.path(), fs::perms{0755});
    fs::copy_file("/proc/self/exe", place / "tests");
    fs::permissions(place / "tests", fs::perms{0755});

    Collect output;
    Command command;
    command.arguments = std::move(before);
    command.arguments.push_back((place / "tests").string());
    command.arguments.push_back("--gtest_filter=Sandboxed.*");
    command.environment = std::move(environment);
    command.environment.push_back("PATH=/usr/bin:/bin");
    command.directory = "/";
    std::optional<StopToken> stop;
    const auto end = testing::run_task<Result<ProcessEnd>>([&](Executor executor) {
        stop.emplace(executor);
        return run_process(command, {}, output, *stop);
    });
    said = end ? output.text : end.error().message;
    return end && end->status.ok();
}

/// As a user without rights they have run already.
TEST(Sandbox, HoldsForAnotherUserToo) {
    if (::geteuid() != 0) return SUCCEED();
    std::string said;

    EXPECT_TRUE(repeat_tests(
        {"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"}, {}, said
    )) << said;
}

TEST(Sandbox, HoldsForTheUserOfAnAttemptToo) {
    if (::geteuid() != 0) return SUCCEED();
    std::string said;

    EXPECT_TRUE(repeat_tests({}, {std::string{kForSteps} + "=1"}, said)) << said;
}

}  // namespace
}  // namespace triphammer::execution
