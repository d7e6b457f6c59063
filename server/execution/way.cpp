#include "execution/way.hpp"

#include "base/file.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace triphammer::execution {

namespace fs = std::filesystem;

namespace {

constexpr mode_t kOpen = 022;

Result<> make_way(const fs::path& place) {
    const auto before = ::umask(kOpen);
    std::error_code failure;
    fs::create_directories(place, failure);
    ::umask(before);
    return failure ? from_errno("make " + place.string(), failure.value()) : Result<>{};
}

/// In mounts of our own.
Result<> replace(const std::string& closed, const fs::path& place, const FileDescriptor& tree) {
    if (::mount(nullptr, "/", nullptr, MS_SLAVE | MS_REC, nullptr) != 0) {
        return from_errno("keep mounts to itself");
    }
    if (::mount("tmpfs", closed.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") != 0) {
        return from_errno("mount " + closed);
    }
    if (auto made = make_way(place); !made) return made;
    const auto to = place.c_str();
    if (::move_mount(tree.get(), "", AT_FDCWD, to, MOVE_MOUNT_F_EMPTY_PATH) == 0) return {};
    return from_errno("mount " + place.string());
}

}  // namespace

std::optional<std::string> find_closed(const fs::path& place) {
    fs::path at;
    for (const auto& part : place.parent_path()) {
        at /= part;

        struct stat status {};

        if (::stat(at.c_str(), &status) != 0) break;
        if ((status.st_mode & S_IXOTH) == 0) return at.string();
    }
    return {};
}

Result<> open_way(const fs::path& place) {
    const auto closed = find_closed(place);
    if (!closed) return {};
    constexpr unsigned kCopy = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE;
    const FileDescriptor tree{::open_tree(AT_FDCWD, place.c_str(), kCopy)};
    if (!tree) return from_errno("look at " + place.string());
    if (::unshare(CLONE_NEWNS) != 0) return from_errno("have mounts of its own");
    return replace(*closed, place, tree);
}

}  // namespace triphammer::execution
