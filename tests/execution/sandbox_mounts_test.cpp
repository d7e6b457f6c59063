#include "execution/sandbox_mounts.hpp"

#include "base/file.hpp"
#include "execution/sandbox.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

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

}  // namespace
}  // namespace triphammer::execution
