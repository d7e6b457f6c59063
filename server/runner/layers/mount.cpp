#include "runner/layers/mount.hpp"

#include "base/spawn.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace triphammer::runner {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kNoPrivileges = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
/// What separates the words of an overlay's options.
constexpr const char* kSeparators = ",:\\";

struct Owner {
    uid_t uid = 0;
    gid_t gid = 0;
};

Result<> done_or(int failed, const std::string& what) {
    if (failed != 0) return from_errno(what);
    return {};
}

Result<Owner> owner_of(const fs::path& folder) {
    struct stat status {};

    if (::stat(folder.c_str(), &status) != 0) return from_errno("look at " + folder.string());
    return Owner{status.st_uid, status.st_gid};
}

Result<> make_folder(const fs::path& folder, const Owner& owner) {
    if (::mkdir(folder.c_str(), 0700) != 0) return from_errno("make " + folder.string());
    return done_or(::chown(folder.c_str(), owner.uid, owner.gid), "give away " + folder.string());
}

Result<> make_folders(const fs::path& attempt, const Owner& job) {
    for (const auto* name : {"scratch", "disk", "lower"}) {
        if (auto ok = make_folder(attempt / name, {}); !ok) return ok;
    }
    for (const auto* name : {"upper", "upper/work", "kept"}) {
        if (auto ok = make_folder(attempt / name, job); !ok) return ok;
    }
    return {};
}

Result<> write_map(pid_t pid, const char* name, unsigned inside, unsigned outside) {
    const auto file = open_file("/proc/" + std::to_string(pid) + "/" + name, O_WRONLY);
    if (!file) return file.error();
    return write_all(file->get(), std::to_string(inside) + " " + std::to_string(outside) + " 1\n");
}

Result<FileDescriptor> map_ids(pid_t pid, const Owner& job) {
    if (auto ok = write_map(pid, "uid_map", kLayerUser, job.uid); !ok) return ok.error();
    if (auto ok = write_map(pid, "gid_map", kLayerUser, job.gid); !ok) return ok.error();
    return open_file("/proc/" + std::to_string(pid) + "/ns/user", O_RDONLY);
}

/// As long as somebody can write; the attempt's lock is not for us to hold.
[[noreturn]] void wait_for_end_of(int pipe) {
    const auto kept = static_cast<unsigned>(pipe);
    ::close_range(0, kept - 1, 0);
    ::close_range(kept + 1, ~0U, 0);
    char word = 0;
    while (::read(pipe, &word, 1) < 0 && errno == EINTR) {
    }
    ::_exit(0);
}

/// A user namespace in which a layer's user stands for the job's: one needs a process to be made.
Result<FileDescriptor> make_id_map(const Owner& job) {
    const auto flags = static_cast<unsigned long>(CLONE_NEWUSER | SIGCHLD);
    auto alive = make_pipe();
    if (!alive) return alive.error();
    const auto pid =
        static_cast<pid_t>(::syscall(SYS_clone, flags, nullptr, nullptr, nullptr, 0UL));
    if (pid < 0) return from_errno("make a user namespace");
    if (pid == 0) wait_for_end_of(alive->first.get());
    auto map = map_ids(pid, job);
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return map;
}

Result<> mount_lower(const fs::path& files, const fs::path& place, const Owner& job) {
    const auto map = make_id_map(job);
    if (!map) return map.error();
    const FileDescriptor tree{
        ::open_tree(AT_FDCWD, files.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)};
    if (!tree) return from_errno("open the layer");
    mount_attr wanted{};
    wanted.attr_set = kNoPrivileges | MOUNT_ATTR_RDONLY | MOUNT_ATTR_IDMAP;
    wanted.userns_fd = static_cast<std::uint64_t>(map->get());
    if (::mount_setattr(tree.get(), "", AT_EMPTY_PATH, &wanted, sizeof wanted) != 0) {
        return from_errno("give the layer to the job's user");
    }
    return done_or(
        ::move_mount(tree.get(), "", AT_FDCWD, place.c_str(), MOVE_MOUNT_F_EMPTY_PATH),
        "mount the layer"
    );
}

/// Volatile: nothing of it is wanted after a power cut, and its end must not wait until the whole
/// disk is synced.
Result<> mount_overlay(const fs::path& attempt) {
    const auto options = "lowerdir=" + (attempt / "lower").string() +
                         ",upperdir=" + (attempt / "upper").string() +
                         ",workdir=" + (attempt / "scratch").string() +
                         ",redirect_dir=on,index=off,metacopy=off,volatile";
    const auto place = attempt / "disk";
    const auto flags = static_cast<unsigned long>(MS_NOSUID | MS_NODEV);
    return done_or(
        ::mount("overlay", place.c_str(), "overlay", flags, options.c_str()), "mount the overlay"
    );
}

Result<> mount_all(const fs::path& attempt, const Layer& layer, const Owner& job) {
    if (auto ok = mount_lower(layer.files, attempt / "lower", job); !ok) return ok;
    auto mounted = mount_overlay(attempt);
    // The overlay has a mount of its own of it.
    ::umount2((attempt / "lower").c_str(), MNT_DETACH);
    if (!mounted) return mounted;
    const auto from = attempt / "disk" / "work";
    const auto to = attempt / "work";
    auto ok = done_or(
        ::mount(from.c_str(), to.c_str(), nullptr, MS_BIND, nullptr), "mount the workspace"
    );
    if (!ok) ::umount2((attempt / "disk").c_str(), MNT_DETACH);
    return ok;
}

/// What is unmounted outside is unmounted here too, and nothing of ours is seen there.
Result<> leave_mounts() {
    if (::unshare(CLONE_NEWNS) != 0) return from_errno("make a mount namespace");
    return done_or(
        ::mount(nullptr, "/", nullptr, MS_SLAVE | MS_REC, nullptr), "keep mounts to ourselves"
    );
}

}  // namespace

Result<std::optional<Layer>> mount_layer(
    const fs::path& attempt, const fs::path& run, const std::string& pool
) {
    if (pool.empty() || ::geteuid() != 0) return std::optional<Layer>{};
    if (attempt.string().find_first_of(kSeparators) != std::string::npos) {
        return Error{
            Code::unavailable, "the run directory has a comma, colon or backslash in its name"};
    }
    auto layer = find_layer(run, pool);
    if (!layer) return std::optional<Layer>{};
    const auto job = owner_of(attempt / "work");
    if (!job) return job.error();
    if (auto ok = leave_mounts(); !ok) return ok.error();
    if (auto ok = make_folders(attempt, *job); !ok) return ok.error();
    if (auto ok = mount_all(attempt, *layer, *job); !ok) return ok.error();
    return layer;
}

}  // namespace triphammer::runner
