#include "execution/sandbox_mounts.hpp"

#include "base/file.hpp"
#include "execution/process.hpp"
#include "execution/sandbox.hpp"
#include "support/run_task.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

namespace triphammer::execution {
namespace {

/// In a process of its own: furnishes, says so, and once the other side has mounted something says
/// whether that is here: 'y' or 'n'.
[[noreturn]] void live_inside(int channel, const SandboxPaths& paths, const std::string& place) {
    char answer = '?';
    if (::unshare(CLONE_NEWNS) == 0 && furnish(paths) && ::write(channel, "r", 1) == 1 &&
        ::read(channel, &answer, 1) == 1) {
        const auto mounts = read_file("/proc/self/mountinfo", 1U << 20U);
        if (mounts) answer = mounts->find(place) == std::string::npos ? 'n' : 'y';
    }
    ::_exit(::write(channel, &answer, 1) == 1 ? 0 : 1);
}

TEST(SandboxMounts, DoNotTakeInWhatIsMountedOutsideLater) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root mounts";
    const testing::TempDir place;
    SandboxPaths paths;
    for (const char* name : {"tmp", "home", "shared/later"}) {
        std::filesystem::create_directories(place / name);
    }
    paths.temp = (place / "tmp").string();
    paths.home = (place / "home").string();
    const auto shared = (place / "shared").string();
    const auto later = shared + "/later";
    ASSERT_EQ(::mount(shared.c_str(), shared.c_str(), nullptr, MS_BIND, nullptr), 0);
    ASSERT_EQ(::mount(nullptr, shared.c_str(), nullptr, MS_SHARED, nullptr), 0);
    int channel[2] = {};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel), 0);
    const auto inside = ::fork();
    if (inside == 0) live_inside(channel[1], paths, later);
    ::close(channel[1]);
    char said = 0;

    ASSERT_EQ(::read(channel[0], &said, 1), 1);
    ASSERT_EQ(said, 'r');
    ASSERT_EQ(::mount("tmpfs", later.c_str(), "tmpfs", 0, nullptr), 0);
    EXPECT_EQ(::write(channel[0], "m", 1), 1);
    EXPECT_EQ(::read(channel[0], &said, 1), 1);
    ::umount(later.c_str());
    ::umount(shared.c_str());
    ::waitpid(inside, nullptr, 0);

    EXPECT_EQ(said, 'n');
}

class Words final : public OutputSink {
  public:
    Task<Result<>> write(std::string_view bytes) override {
        text += bytes;
        co_return Result<>{};
    }

    std::string text;
};

/// Folders of a job, not below /tmp, which is another one inside.
class Furnished : public ::testing::Test {
  protected:
    Furnished() {
        place_ = ::mkdtemp(place_.data());
        for (const char* name : {"work", "temp", "tmp", "home"}) {
            std::filesystem::create_directories(folder(name));
        }
        paths_.temp = folder("tmp");
        paths_.home = folder("home");
    }

    ~Furnished() override {
        std::error_code ignored;
        std::filesystem::remove_all(place_, ignored);
    }

    std::string folder(const std::string& name) const { return place_ + "/" + name; }

    std::string ask(const std::string& script) {
        Sandbox sandbox{paths_};
        Command command;
        command.arguments = {"bash", "-c", script};
        command.environment = {"PATH=/usr/bin:/bin"};
        command.directory = "/";
        command.sandbox = &sandbox;
        Words said;
        const auto end = testing::run_task<Result<ProcessEnd>>([&](Executor executor) {
            stop_.emplace(executor);
            return run_process(command, {}, said, *stop_);
        });
        EXPECT_TRUE(end) << end.error().message;
        return said.text;
    }

    std::string place_ = "/var/lib/triphammer-test-XXXXXX";
    SandboxPaths paths_;
    std::optional<StopToken> stop_;
};

/// What semaphores and shared memory of programs need.
TEST_F(Furnished, SharesALimitedMemory) {
    EXPECT_EQ(
        ask("stat -c %a /dev/shm; echo shared > /dev/shm/x; cat /dev/shm/x; "
            "df --output=size /dev/shm | tail -n 1 | tr -d ' '"),
        "1777\nshared\n524288\n"
    );
}

TEST_F(Furnished, HasItsTempUnderBothNames) {
    EXPECT_EQ(ask("ls -A /var/tmp; echo lasting > /var/tmp/x; cat /tmp/x"), "lasting\n");
    EXPECT_TRUE(std::filesystem::exists(folder("tmp") + "/x"));
}

TEST_F(Furnished, ShowsFoldersUnderTheNamesThatTheyAreToHave) {
    paths_.home_inside = "/home/somebody";
    paths_.moved = {{folder("work"), "/home/somebody/work"}, {folder("temp"), "/home/temp"}};
    paths_.hidden = {place_};

    EXPECT_EQ(
        ask("cd /home/somebody/work && touch here ../beside /home/temp/there; ls -A .. /home " +
            place_ + "; rmdir /home/somebody/work 2>&1 | grep -c busy"),
        "..:\nbeside\nwork\n\n/home:\nsomebody\ntemp\n\n" + place_ + ":\n1\n"
    );
    EXPECT_TRUE(std::filesystem::exists(folder("work") + "/here"));
    EXPECT_TRUE(std::filesystem::exists(folder("home") + "/beside"));
    EXPECT_TRUE(std::filesystem::exists(folder("temp") + "/there"));
}

}  // namespace
}  // namespace triphammer::execution
