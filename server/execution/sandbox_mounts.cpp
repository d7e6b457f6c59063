#include "execution/sandbox_mounts.hpp"

#include "base/file.hpp"
#include "execution/sandbox_user.hpp"
#include "execution/way.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

namespace triphammer::execution {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kNoPrivileges = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
constexpr unsigned kCopy = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE;
constexpr const char* kDevices[] = {"null", "zero", "full", "random", "urandom", "tty"};
constexpr std::pair<const char*, const char*> kDeviceLinks[] = {
    {"/proc/self/fd", "fd"},
    {"/proc/self/fd/0", "stdin"},
    {"/proc/self/fd/1", "stdout"},
    {"/proc/self/fd/2", "stderr"},
    {"/proc/kcore", "core"},
    {"pts/ptmx", "ptmx"},
};
/// What the whole machine hears when it is written to: root without capabilities may, by its mode.
constexpr const char* kMachineWide[] = {
    "/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/acpi", "/proc/scsi"};
/// Where other people's files and the sockets of other services lie.
constexpr const char* kOthers[] = {"/home", "/root", "/run", "/tmp"};
/// A second name of the job's /tmp, where there is such a folder.
constexpr const char* kLastingTemp = "/var/tmp";
/// Shared memory of programs, semaphores too: everybody's, in memory.
constexpr const char* kSharedMemory = "/dev/shm";
constexpr mode_t kEverybodys = 01777;

/// What programs ask for the name that belongs to a number.
constexpr std::uint64_t kMostNames = 1U << 20U;
constexpr const char* kUserName = "runner";

/// Where the sandbox's own file system is, until the job's /tmp covers it.
constexpr const char* kBlank = "/tmp";
/// Steps write to a part of it, the shared memory: so it ends somewhere.
constexpr const char* kBlankOptions = "mode=0755,size=512m,nr_inodes=65536";

/// A part of the outside that stays visible, held until everything else is in place.
struct Window {
    FileDescriptor tree;
    std::string place;
};

using Windows = std::vector<Window>;

Result<> mounted(int failed, const std::string& what) {
    if (failed != 0) return from_errno("mount " + what);
    return {};
}

Result<> set_attributes(int tree, const char* path, std::uint64_t attributes) {
    mount_attr wanted{};
    wanted.attr_set = attributes;
    const unsigned flags = AT_RECURSIVE | (*path == '\0' ? AT_EMPTY_PATH : 0U);
    return mounted(
        ::mount_setattr(tree, path, flags, &wanted, sizeof wanted), *path == '\0' ? "a part" : path
    );
}

Result<FileDescriptor> copy_tree(const std::string& path, std::uint64_t attributes) {
    FileDescriptor tree{::open_tree(AT_FDCWD, path.c_str(), kCopy)};
    if (!tree) return from_errno("mount " + path);
    if (attributes == 0) return tree;
    if (auto set = set_attributes(tree.get(), "", attributes); !set) return set.error();
    return tree;
}

Result<> open_window(
    const std::string& path, std::string place, std::uint64_t attributes, Windows& out
) {
    auto tree = copy_tree(path, attributes);
    if (!tree) return tree.error();
    out.push_back({std::move(*tree), std::move(place)});
    return {};
}

/// Names are resolved by a file that often is a link into /run.
Result<> open_resolver(Windows& out) {
    std::error_code failure;
    const auto real = fs::canonical("/etc/resolv.conf", failure);
    if (failure || real.string().rfind("/run/", 0) != 0) return {};
    return open_window(real, real, kNoPrivileges | MOUNT_ATTR_RDONLY, out);
}

const std::string& home_in(const SandboxPaths& paths) {
    return paths.home_inside.empty() ? paths.home : paths.home_inside;
}

Result<Windows> open_windows(const SandboxPaths& paths) {
    Windows out;
    if (auto ok = open_resolver(out); !ok) return ok.error();
    if (auto ok = open_window(paths.temp, "/tmp", kNoPrivileges, out); !ok) return ok.error();
    if (::access(kLastingTemp, F_OK) == 0) {
        auto ok = open_window(paths.temp, kLastingTemp, kNoPrivileges, out);
        if (!ok) return ok.error();
    }
    if (auto ok = open_window(paths.home, home_in(paths), kNoPrivileges, out); !ok) {
        return ok.error();
    }
    for (const auto& [outside, inside] : paths.moved) {
        if (auto ok = open_window(outside, inside, kNoPrivileges, out); !ok) return ok.error();
    }
    for (const auto& path : paths.readable) {
        auto ok = open_window(path, path, kNoPrivileges | MOUNT_ATTR_RDONLY, out);
        if (!ok) return ok.error();
    }
    for (const auto& path : paths.writable) {
        if (auto ok = open_window(path, path, kNoPrivileges, out); !ok) return ok.error();
    }
    return out;
}

Result<Windows> open_devices() {
    Windows out;
    for (const std::string name : kDevices) {
        const auto path = "/dev/" + name;
        if (auto ok = open_window(path, path, MOUNT_ATTR_NOSUID, out); !ok) return ok.error();
    }
    return out;
}

/// Nothing goes out, and what is mounted outside later does not come in: it would be writable here.
/// The price: what is unmounted outside stays busy until the job ends.
Result<> leave_outside_alone() {
    return mounted(::mount(nullptr, "/", nullptr, MS_PRIVATE | MS_REC, nullptr), "/ apart");
}

Result<> put(const FileDescriptor& tree, const std::string& place) {
    return mounted(
        ::move_mount(tree.get(), "", AT_FDCWD, place.c_str(), MOVE_MOUNT_F_EMPTY_PATH), place
    );
}

Result<> mount_blank() {
    return mounted(::mount("tmpfs", kBlank, "tmpfs", MS_NOSUID | MS_NODEV, kBlankOptions), kBlank);
}

/// Each empty place is a folder of the blank: a file system for each of them would take the kernel
/// longer than all the rest.
Result<> mount_empty(const std::string& place) {
    std::string folder = std::string{kBlank} + "/XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr || ::chmod(folder.c_str(), 0755) != 0) {
        return from_errno("make a folder for " + place);
    }
    const auto tree = copy_tree(folder, 0);
    if (!tree) return tree.error();
    return put(*tree, place);
}

Result<> hide(const std::string& folder) {
    std::error_code failure;
    if (folder == kBlank || !fs::is_directory(folder, failure)) return {};
    return mount_empty(folder);
}

Result<> mount_processes() {
    const auto flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (auto ok = mounted(::mount("proc", "/proc", "proc", flags, nullptr), "/proc"); !ok)
        return ok;
    for (const char* path : kMachineWide) {
        if (::access(path, F_OK) != 0) continue;
        auto tree = copy_tree(path, kNoPrivileges | MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC);
        if (!tree) return tree.error();
        if (auto ok = put(*tree, path); !ok) return ok;
    }
    return {};
}

Result<> touch(const std::string& path) {
    auto file = open_file(path, O_WRONLY | O_CREAT, 0444);
    if (!file) return file.error();
    return {};
}

Result<> mount_devices(const Windows& devices) {
    if (auto ok = mount_empty("/dev"); !ok) return ok;
    for (const auto& device : devices) {
        if (auto ok = touch(device.place); !ok) return ok;
        if (auto ok = put(device.tree, device.place); !ok) return ok;
    }
    for (const auto& [target, name] : kDeviceLinks) {
        const auto link = std::string{"/dev/"} + name;
        if (::symlink(target, link.c_str()) != 0) return from_errno("make " + link);
    }
    for (const char* folder : {kSharedMemory, "/dev/pts"}) {
        if (::mkdir(folder, 0755) != 0) return from_errno(std::string{"make "} + folder);
    }
    if (::chmod(kSharedMemory, kEverybodys) != 0) return from_errno("open shared memory");
    const auto flags = MS_NOSUID | MS_NOEXEC;
    const char* options = "newinstance,ptmxmode=0666,mode=620";
    return mounted(::mount("devpts", "/dev/pts", "devpts", flags, options), "/dev/pts");
}

bool is_folder(const FileDescriptor& tree) {
    struct stat status {};

    return ::fstat(tree.get(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// A place in a folder that has been hidden is made anew.
Result<> make_place(const Window& window) {
    std::error_code failure;
    if (fs::exists(window.place, failure)) return {};
    const fs::path place{window.place};
    const bool folder = is_folder(window.tree);
    fs::create_directories(folder ? place : place.parent_path(), failure);
    if (failure) return from_errno("make " + window.place, failure.value());
    return folder ? Result<>{} : touch(window.place);
}

Result<> show(const Windows& windows) {
    for (const auto& window : windows) {
        if (auto ok = make_place(window); !ok) return ok;
        if (auto ok = put(window.tree, window.place); !ok) return ok;
    }
    return {};
}

Result<> hide_all(const SandboxPaths& paths) {
    for (const char* folder : kOthers) {
        if (auto ok = hide(folder); !ok) return ok;
    }
    for (const auto& folder : paths.hidden) {
        if (auto ok = hide(folder); !ok) return ok;
    }
    return {};
}

/// To the steps' user a closed folder is as good as none: it is made anew, with nothing in it but
/// what is shown.
Result<> open_ways(const Windows& windows, const User& user) {
    if (user.is_root()) return {};
    for (const auto& window : windows) {
        while (const auto closed = find_closed(window.place)) {
            if (auto ok = hide(*closed); !ok) return ok;
        }
    }
    return {};
}

Result<> add_name(const std::string& file, const std::string& line) {
    const auto known = read_file(file, kMostNames);
    if (!known) return {};  // this machine keeps its names elsewhere
    const auto copy = std::string{kBlank} + "/names";
    {
        auto out = open_file(copy, O_WRONLY | O_CREAT | O_EXCL, 0644);
        if (!out) return out.error();
        const auto end = known->empty() || known->back() == '\n' ? "" : "\n";
        if (auto ok = write_all(out->get(), *known + end + line + "\n"); !ok) return ok;
    }
    const auto tree = copy_tree(copy, kNoPrivileges | MOUNT_ATTR_RDONLY);
    if (!tree) return tree.error();
    auto done = put(*tree, file);
    ::unlink(copy.c_str());
    return done;
}

/// Many a program does not work for a user without a name.
Result<> name_user(const User& user, const std::string& home) {
    if (user.is_root()) return {};
    const auto name = std::string{kUserName} + ":x:";
    const auto group = std::to_string(user.gid);
    const auto entry = name + std::to_string(user.uid) + ":" + group + "::" + home + ":/bin/bash";
    if (auto ok = add_name("/etc/passwd", entry); !ok) return ok;
    return add_name("/etc/group", name + group + ":");
}

}  // namespace

Result<> furnish(const SandboxPaths& paths) {
    const auto user = user_inside(User{}, paths);
    if (auto ok = leave_outside_alone(); !ok) return ok;
    const auto windows = open_windows(paths);
    if (!windows) return windows.error();
    const auto devices = open_devices();
    if (!devices) return devices.error();
    auto closed = set_attributes(AT_FDCWD, "/", kNoPrivileges | MOUNT_ATTR_RDONLY);
    if (!closed) return closed;
    if (auto ok = mount_blank(); !ok) return ok;
    if (auto ok = mount_processes(); !ok) return ok;
    if (auto ok = mount_devices(*devices); !ok) return ok;
    if (auto ok = hide_all(paths); !ok) return ok;
    if (auto ok = open_ways(*windows, user); !ok) return ok;
    if (auto ok = name_user(user, home_in(paths)); !ok) return ok;
    return show(*windows);
}

}  // namespace triphammer::execution
