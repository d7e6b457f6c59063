#include "launcher/folder_stock.hpp"

#include "base/file.hpp"
#include "launcher/attempt_users.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

namespace triphammer::launcher {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kReady = 4;
constexpr std::size_t kMostReady = 16;
/// More is removed when nobody waits for a start.
constexpr std::size_t kFewEntries = 64;
/// Folders only grow: one that held many files is slow for ever.
constexpr off_t kMostFolderBytes = 64 << 10;

bool give_to_group(const fs::path& path, gid_t group) {
    return ::lchown(path.c_str(), static_cast<uid_t>(-1), group) == 0;
}

/// The daemon reads the spool of a dead runner, perhaps as another user. A runner of root's gives
/// it to the folder's group itself; nothing else is to be that group's.
void share_with_daemon(const fs::path& folder, const std::optional<uid_t>& daemon) {
    const passwd* user = daemon ? ::getpwuid(*daemon) : nullptr;
    if (user == nullptr || *daemon == ::geteuid()) return;
    give_to_group(folder / "spool", user->pw_gid);
    if (give_to_group(folder, user->pw_gid)) {
        ::chmod(folder.c_str(), ::geteuid() == 0 ? 0750 : 02750);
    }
}

Result<> make_folder(const fs::path& folder) {
    if (::mkdir(folder.c_str(), 0700) == 0) return {};
    if (errno == EEXIST) return conflict(folder.string() + " is there already");
    return from_errno("make " + folder.string());
}

bool has_few_entries(const fs::path& folder) {
    std::error_code failure;
    fs::recursive_directory_iterator at{folder, failure};
    std::size_t count = 0;
    for (; !failure && at != fs::recursive_directory_iterator{}; at.increment(failure)) {
        if (++count > kFewEntries) return false;
    }
    return !failure;
}

/// Whether an entry of that name does.
using Staying = bool (*)(std::string_view name);

/// What an attempt left beside its frame. Most leave nothing there, and that is seen without a look
/// through all of it.
class Leavings {
  public:
    explicit Leavings(const fs::path& frame) : frame_{frame} {}

    /// Those whose names are to stay are left alone. False also where there is much to remove.
    bool remove(const fs::path& folder, Staying stays) {
        std::error_code failure;
        std::vector<fs::path> entries;
        for (const auto& entry : fs::directory_iterator{folder, failure}) {
            if (!stays(entry.path().filename().native())) entries.push_back(entry);
            if (entries.size() > kFewEntries) return false;
        }
        if (!entries.empty() && !are_few()) return false;
        for (const auto& entry : entries) {
            if (!failure) fs::remove_all(entry, failure);
        }
        return !failure;
    }

    /// First asked before anything is removed.
    bool are_few() {
        if (!are_few_) are_few_ = has_few_entries(frame_);
        return *are_few_;
    }

  private:
    const fs::path& frame_;
    std::optional<bool> are_few_;
};

bool is_nobodys(std::string_view) {
    return false;
}

bool is_in_temp(std::string_view name) {
    const bool is_file =
        std::find(kFirstFiles.begin(), kFirstFiles.end(), name) != kFirstFiles.end();
    return is_file || name == "tools";
}

bool is_in_home(std::string_view name) {
    return name == "workspace" || name == "work";
}

bool is_in_frame(std::string_view name) {
    const auto end = kStepFolders.end();
    const bool is_folder = std::find(kStepFolders.begin(), end, name) != end || name == "actions";
    return is_folder || name == "lock" || name == "runner.log" || name == "spool";
}

Staying stays_in(std::string_view folder) {
    if (folder == "temp") return is_in_temp;
    return folder == "home" ? is_in_home : is_nobodys;
}

/// Rights and labels that new files would inherit, flags and quotas: what an owner may leave
/// behind.
bool has_marks(const FileDescriptor& folder) {
    if (::flistxattr(folder.get(), nullptr, 0) > 0) return true;
    fsxattr marks{};
    if (::ioctl(folder.get(), FS_IOC_FSGETXATTR, &marks) != 0) return errno != ENOTTY;
    return marks.fsx_xflags != 0 || marks.fsx_projid != 0;
}

/// Ours, as it was made; `device`: and no mount of something else.
bool reset_folder(const fs::path& path, dev_t device) {
    auto folder = open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);

    struct stat facts {};

    if (!folder || ::fstat(folder->get(), &facts) != 0) return false;
    if (facts.st_dev != device || facts.st_size > kMostFolderBytes) return false;
    if (has_marks(*folder)) return false;
    return ::fchown(folder->get(), ::geteuid(), ::getegid()) == 0 &&
           ::fchmod(folder->get(), 0700) == 0;
}

/// One name, `owner` alone; then ours, and nothing in it any more.
bool empty_file(const fs::path& path, unsigned mode, uid_t owner) {
    auto file = open_file(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);

    struct stat facts {};

    if (!file || ::fstat(file->get(), &facts) != 0) return false;
    const bool plain = S_ISREG(facts.st_mode) && facts.st_nlink == 1;
    const bool is_nothing = facts.st_size == 0 && facts.st_blocks == 0;
    return plain && facts.st_uid == owner && ::fchown(file->get(), ::geteuid(), ::getegid()) == 0 &&
           ::fchmod(file->get(), mode) == 0 && (is_nothing || ::ftruncate(file->get(), 0) == 0);
}

Result<> make_file(const fs::path& path, unsigned mode) {
    const auto file = open_file(path, O_WRONLY | O_CREAT | O_NOFOLLOW, mode);
    return file ? Result<>{} : file.error();
}

/// One that is no longer as it was made is made anew.
bool empty_runner_folder(const fs::path& path, dev_t device, Leavings& leavings) {
    std::error_code failure;
    if (reset_folder(path, device) && leavings.remove(path, is_nobodys)) return true;
    if (!leavings.are_few()) return false;
    fs::remove_all(path, failure);
    return !failure && make_folder(path).has_value();
}

/// First files that are no longer as they were made are made anew.
bool empty_first_files(const fs::path& temp, uid_t runner, Leavings& leavings) {
    for (const auto* name : kFirstFiles) {
        const auto path = temp / name;
        std::error_code failure;
        if (empty_file(path, 0600, runner)) continue;
        if (!leavings.are_few()) return false;
        fs::remove_all(path, failure);
        if (failure || !make_file(path, 0600)) return false;
    }
    return true;
}

bool is_empty_again(const fs::path& folder) {
    struct stat facts {};

    if (::lstat(folder.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode)) return false;
    const auto self = ::geteuid();
    const auto runner = facts.st_uid;
    const bool is_frame = runner == self || (self == 0 && is_runner(runner));
    if (!is_frame || !reset_folder(folder, facts.st_dev)) return false;
    Leavings leavings{folder};
    for (const auto* name : kStepFolders) {
        const auto inner = folder / name;
        if (!reset_folder(inner, facts.st_dev)) return false;
        if (!leavings.remove(inner, stays_in(name))) return false;
    }
    for (const auto* name : kRunnerFolders) {
        if (!empty_runner_folder(folder / name, facts.st_dev, leavings)) return false;
    }
    return empty_first_files(folder / "temp", runner, leavings) &&
           leavings.remove(folder, is_in_frame) && empty_file(folder / "lock", 0600, self) &&
           empty_file(folder / "runner.log", 0640, self) &&
           empty_file(folder / "spool", 0640, runner);
}

}  // namespace

FolderStock::FolderStock(fs::path run, std::optional<uid_t> daemon)
    : run_{std::move(run)}, daemon_{daemon} {
    std::error_code ignored;
    fs::remove_all(run_ / "ready", ignored);  // an earlier launcher's
}

Result<> FolderStock::take(const fs::path& place) {
    const auto ready = next();
    if (!ready) return make(place);
    if (::renameat2(AT_FDCWD, ready->c_str(), AT_FDCWD, place.c_str(), RENAME_NOREPLACE) == 0) {
        return {};
    }
    if (errno == EEXIST) return conflict(place.string() + " is there already");
    return make(place);
}

Result<> FolderStock::fill() {
    if (auto made = make_directory(run_ / "ready", 0700); !made) return made;
    while (size() < kReady) {
        const auto folder = run_ / "ready" / "new";
        if (auto made = make(folder); !made) return made;
        if (auto kept = put(folder); !kept) return kept;
    }
    return {};
}

bool FolderStock::take_back(const fs::path& folder) {
    if (size() >= kMostReady || !is_empty_again(folder)) return false;
    share_with_daemon(folder, daemon_);
    return put(folder).has_value();
}

Result<> FolderStock::make(const fs::path& place) const {
    if (auto made = make_folder(place); !made) return made;
    for (const auto* name : kStepFolders) {
        if (auto made = make_folder(place / name); !made) return made;
    }
    for (const auto* name : kRunnerFolders) {
        if (auto made = make_folder(place / name); !made) return made;
    }
    for (const auto* name : kFirstFiles) {
        if (auto made = make_file(place / "temp" / name, 0600); !made) return made;
    }
    if (auto made = make_file(place / "lock", 0600); !made) return made;
    for (const auto* name : {"runner.log", "spool"}) {
        if (auto made = make_file(place / name, 0640); !made) return made;
    }
    share_with_daemon(place, daemon_);
    return {};
}

std::optional<fs::path> FolderStock::next() {
    const std::lock_guard guard{mutex_};
    if (ready_.empty()) return {};
    auto out = std::move(ready_.back());
    ready_.pop_back();
    return out;
}

std::size_t FolderStock::size() {
    const std::lock_guard guard{mutex_};
    return ready_.size();
}

Result<> FolderStock::put(const fs::path& folder) {
    const std::lock_guard guard{mutex_};
    auto place = run_ / "ready" / std::to_string(++made_);
    if (::rename(folder.c_str(), place.c_str()) != 0) {
        return from_errno("keep " + folder.string());
    }
    ready_.push_back(std::move(place));
    return {};
}

}  // namespace triphammer::launcher
