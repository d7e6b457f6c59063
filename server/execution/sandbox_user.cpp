#include "execution/sandbox_user.hpp"

#include "base/file.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <string_view>

namespace triphammer::execution {

namespace {

/// Of a user that no other job has. As many as a container may have.
constexpr rlim_t kMostProcesses = 4096;

/// The bounding set: what root starts has every right that is in it.
Result<> bound_rights() {
    int right = 0;
    while (::prctl(PR_CAPBSET_DROP, right, 0, 0, 0) == 0) ++right;
    // EINVAL: the kernel knows no more of them.
    if (right == 0 || errno != EINVAL) return from_errno("bound capabilities");
    return {};
}

Result<> change_user(const User& user) {
    if (user == User{}) return {};
    const rlimit processes{kMostProcesses, kMostProcesses};  // counted by user
    ::setrlimit(RLIMIT_NPROC, &processes);
    if (::setgroups(0, nullptr) != 0) return from_errno("leave all groups");
    if (::setresgid(user.gid, user.gid, user.gid) != 0) return from_errno("change the group");
    if (::setresuid(user.uid, user.uid, user.uid) != 0) return from_errno("change the user");
    return {};
}

/// When memory or processors run short, the steps shall feel it and not the server.
void stand_back() {
    constexpr std::string_view kScore = "500";
    constexpr int kNice = 5;
    auto file = open_file("/proc/self/oom_score_adj", O_WRONLY);
    if (file) (void)write_all(file->get(), kScore);
    ::setpriority(PRIO_PROCESS, 0, kNice);
}

}  // namespace

User user_inside(const User& self, const SandboxPaths& paths) {
    struct stat home {};

    if (!self.is_root() || ::stat(paths.home.c_str(), &home) != 0) return self;
    return User{home.st_uid, home.st_gid};
}

Result<> become(const User& user) {
    stand_back();
    if (auto ok = bound_rights(); !ok) return ok;
    if (auto ok = change_user(user); !ok) return ok;
    __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
    if (::syscall(SYS_capset, &head, none) != 0) return from_errno("give up capabilities");
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return from_errno("refuse new privileges");
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return from_errno("refuse to be traced");
    return {};
}

}  // namespace triphammer::execution
