#include "execution/disk_quota.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/quota.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace triphammer::execution {

namespace fs = std::filesystem;

namespace {

constexpr int kProject = 2;  // PRJQUOTA; the C library's header has it by a name of its own
constexpr std::uint64_t kQuotaBlock = 1024;
/// For the scripts and files of steps that run after the others were ended.
constexpr std::uint64_t kReserve = 4U << 20U;
/// So little is left: nobody can write on. The kernel gives it on top, so that no job lacks it.
constexpr std::uint64_t kRest = 64U << 10U;
constexpr char kDone = '+';

long quota(int folder, int command, std::uint32_t number, void* what) {
    return ::syscall(SYS_quotactl_fd, folder, QCMD(command, kProject), number, what);
}

bool counts_projects(int folder) {
    if_dqinfo info{};
    return quota(folder, Q_GETINFO, 0, &info) == 0;
}

Result<> mark_one(const fs::path& path, bool is_folder, std::uint32_t number) {
    auto file = open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!file) return file.error();
    fsxattr attributes{};
    if (::ioctl(file->get(), FS_IOC_FSGETXATTR, &attributes) != 0) {
        return from_errno("read the attributes of " + path.string());
    }
    attributes.fsx_projid = number;
    if (is_folder) attributes.fsx_xflags |= FS_XFLAG_PROJINHERIT;
    if (::ioctl(file->get(), FS_IOC_FSSETXATTR, &attributes) == 0) return {};
    return from_errno("make " + path.string() + " a part of the project");
}

/// Folders before what is in them; what is made there later inherits.
Result<> mark(const fs::path& folder, std::uint32_t number) {
    if (auto marked = mark_one(folder, true, number); !marked) return marked;
    std::error_code failure;
    fs::recursive_directory_iterator at{folder, failure};
    for (; !failure && at != fs::recursive_directory_iterator{}; at.increment(failure)) {
        const auto status = at->symlink_status(failure);
        if (failure || (!fs::is_directory(status) && !fs::is_regular_file(status))) continue;
        auto marked = mark_one(at->path(), fs::is_directory(status), number);
        if (!marked) return marked;
    }
    return {};
}

/// Empty until there is a limit.
Result<FileDescriptor> make_reserve(const std::string& path, std::uint32_t number) {
    auto file = open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (!file) return file;
    if (auto marked = mark_one(path, false, number); !marked) return marked.error();
    return file;
}

bool set_limit(int folder, std::uint32_t number, std::uint64_t bytes) {
    if_dqblk limit{};
    limit.dqb_bhardlimit = bytes / kQuotaBlock;
    limit.dqb_valid = QIF_BLIMITS;
    return quota(folder, Q_SETQUOTA, number, &limit) == 0;
}

/// Root's part: one number, one call.
[[noreturn]] void set_when_asked(int channel, int folder, std::uint32_t number) {
    for (int other = 0; other < 3; ++other) ::close(other);
    const auto [low, high] = std::minmax(channel, folder);
    if (low > 3) ::close_range(3, static_cast<unsigned>(low) - 1, 0);
    if (high > low + 1) {
        ::close_range(static_cast<unsigned>(low) + 1, static_cast<unsigned>(high) - 1, 0);
    }
    ::close_range(static_cast<unsigned>(high) + 1, ~0U, 0);
    std::uint64_t bytes = 0;
    ssize_t got = -1;
    do {
        got = ::read(channel, &bytes, sizeof bytes);
    } while (got < 0 && errno == EINTR);
    const bool is_set = got == ssize_t{sizeof bytes} && set_limit(folder, number, bytes);
    if (is_set) (void)!::write(channel, &kDone, 1);
    ::_exit(0);
}

struct Space {
    std::uint64_t all = 0;
    std::uint64_t left = 0;
};

/// Of the project, where the file system keeps to its limit; else of the disk.
std::optional<Space> space_of(const std::string& folder) {
    struct statfs facts {};

    if (::statfs(folder.c_str(), &facts) != 0) return {};
    const auto block = static_cast<std::uint64_t>(facts.f_bsize);
    return Space{facts.f_blocks * block, facts.f_bavail * block};
}

}  // namespace

Result<std::optional<DiskQuota>> DiskQuota::make(
    const std::vector<std::string>& folders, std::uint32_t number, std::string reserve
) {
    const auto folder = open_file(folders.front(), O_RDONLY | O_DIRECTORY);
    if (!folder) return folder.error();
    if (!counts_projects(folder->get())) return std::optional<DiskQuota>{};
    if (!set_limit(folder->get(), number, 0)) return from_errno("take an older limit away");
    for (const auto& each : folders) {
        if (auto marked = mark(each, number); !marked) return marked.error();
    }
    auto reserved = make_reserve(reserve, number);
    if (!reserved) return reserved.error();
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return from_errno("make a channel");
    }
    DiskQuota out;
    out.channel_ = FileDescriptor{ends[0]};
    const FileDescriptor theirs{ends[1]};
    const auto child = ::fork();
    if (child < 0) return from_errno("leave a part of root's behind");
    if (child == 0) set_when_asked(theirs.get(), folder->get(), number);
    out.child_ = Child{child, {}};
    out.folder_ = folders.front();
    out.reserve_ = std::move(reserve);
    out.reserved_ = std::move(*reserved);
    return std::optional{std::move(out)};
}

bool DiskQuota::set(std::uint64_t bytes) {
    const bool is_reserved = ::fallocate(reserved_.get(), 0, 0, kReserve) == 0;
    reserved_ = {};
    const auto with_reserve = bytes + (is_reserved ? kReserve : 0) + kRest;
    char answer = 0;
    if (write_all(channel_.get(), {reinterpret_cast<const char*>(&with_reserve), sizeof bytes})) {
        (void)!::read(channel_.get(), &answer, 1);
    }
    leave();
    const auto space = space_of(folder_);
    is_limited_ = answer == kDone && space && space->all <= with_reserve;
    return is_limited_;
}

void DiskQuota::leave() {
    channel_ = {};
    if (child_) child_->wait();
    child_.reset();
}

bool DiskQuota::is_full() const {
    if (!is_limited_) return false;
    const auto space = space_of(folder_);
    return space && space->left < kRest;
}

void DiskQuota::open_reserve() {
    ::unlink(reserve_.c_str());
}

}  // namespace triphammer::execution
