#include "launcher/control_group.hpp"

#include "base/digest.hpp"
#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

namespace triphammer::launcher {

namespace {

/// Where the unified hierarchy is mounted: alone, or beside version 1.
std::filesystem::path hierarchy() {
    for (const char* place : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
        std::error_code failure;
        if (std::filesystem::exists(std::string{place} + "/cgroup.procs", failure)) return place;
    }
    return {};
}

std::string own_path() {
    std::ifstream groups{"/proc/self/cgroup"};
    for (std::string line; std::getline(groups, line);) {
        if (line.rfind("0::/", 0) == 0) return line.substr(4);
    }
    return {};
}

/// The group that this process was started in; it is moved by nobody.
std::filesystem::path own_group() {
    const auto root = hierarchy();
    return root.empty() ? root : root / own_path();
}

/// Whether a group below ours would limit and count anything. Joining one costs 12 ms (the kernel
/// waits for every processor), so it must be worth it; trees end without groups too.
bool has_controllers(const std::filesystem::path& parent) {
    const auto enabled = read_file(parent / "cgroup.subtree_control", 4096);
    return enabled && !enabled->empty() && *enabled != "\n";
}

}  // namespace

std::filesystem::path group_of(const std::filesystem::path& run, std::int64_t fence) {
    static const std::filesystem::path kParent = own_group();
    if (kParent.empty()) return {};
    const auto server = sha256_hex(run.string()).substr(0, 12);
    return kParent / ("triphammer-" + server + "-" + std::to_string(fence));
}

std::filesystem::path make_group(const std::filesystem::path& run, std::int64_t fence) {
    auto group = group_of(run, fence);
    if (group.empty() || !has_controllers(group.parent_path())) return {};
    if (::mkdir(group.c_str(), 0755) != 0) return {};
    return group;
}

bool kill_group(const std::filesystem::path& group) {
    if (group.empty()) return false;
    auto file = open_file(group / "cgroup.kill", O_WRONLY);
    return file && write_all(file->get(), "1").has_value();
}

bool is_populated(const std::filesystem::path& group) {
    if (group.empty()) return false;
    const auto events = read_file(group / "cgroup.events", 4096);
    return events && events->find("populated 1") != std::string::npos;
}

}  // namespace triphammer::launcher
