#include "execution/way.hpp"

#include "base/file.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <set>
#include <system_error>
#include <utility>

namespace triphammer::execution {

namespace fs = std::filesystem;

namespace {

constexpr mode_t kOpen = 022;

struct Way {
    std::string closed;
    fs::path place;
    FileDescriptor tree;
};

Result<std::vector<Way>> find_ways(const std::vector<fs::path>& places) {
    constexpr unsigned kCopy = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE;
    std::vector<Way> out;
    for (const auto& place : places) {
        const auto closed = find_closed(place);
        if (!closed) continue;
        FileDescriptor tree{::open_tree(AT_FDCWD, place.c_str(), kCopy)};
        if (!tree) return from_errno("look at " + place.string());
        out.push_back({*closed, place, std::move(tree)});
    }
    return out;
}

Result<> make_way(const Way& way) {
    struct stat facts {};

    if (::fstat(way.tree.get(), &facts) != 0) return from_errno("look at " + way.place.string());
    const bool is_folder = S_ISDIR(facts.st_mode);
    const auto before = ::umask(kOpen);
    std::error_code failure;
    fs::create_directories(is_folder ? way.place : way.place.parent_path(), failure);
    ::umask(before);
    if (failure) return from_errno("make " + way.place.string(), failure.value());
    if (is_folder) return {};
    const auto file = open_file(way.place, O_WRONLY | O_CREAT, 0600);
    return file ? Result<>{} : file.error();
}

Result<> cover(const std::string& closed) {
    if (::mount("tmpfs", closed.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") == 0)
        return {};
    return from_errno("mount " + closed);
}

/// In mounts of our own.
Result<> replace(const std::vector<Way>& ways) {
    if (::mount(nullptr, "/", nullptr, MS_SLAVE | MS_REC, nullptr) != 0) {
        return from_errno("keep mounts to itself");
    }
    std::set<std::string> covered;
    for (const auto& way : ways) {
        if (!covered.insert(way.closed).second) continue;
        if (auto done = cover(way.closed); !done) return done;
    }
    for (const auto& way : ways) {
        if (auto made = make_way(way); !made) return made;
        const auto to = way.place.c_str();
        if (::move_mount(way.tree.get(), "", AT_FDCWD, to, MOVE_MOUNT_F_EMPTY_PATH) != 0) {
            return from_errno("mount " + way.place.string());
        }
    }
    return {};
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

Result<> open_ways(const std::vector<fs::path>& places) {
    const auto ways = find_ways(places);
    if (!ways) return ways.error();
    if (ways->empty()) return {};
    if (::unshare(CLONE_NEWNS) != 0) return from_errno("have mounts of its own");
    return replace(*ways);
}

}  // namespace triphammer::execution
