#include "launcher/control_group.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace triphammer::launcher {

namespace fs = std::filesystem;

namespace {

constexpr const char* kHolder = "holder";
constexpr std::size_t kMostGroupText = 1U << 20U;
constexpr const char* kControllers[] = {"cpu", "memory", "pids"};
/// What the runner writes: who is in the steps' group, and its limits. An older kernel, or one
/// without swap, lacks some.
constexpr const char* kRunnersFiles[] = {
    "cgroup.procs", "cpu.max", "memory.max", "memory.oom.group", "memory.swap.max", "pids.max"};

Result<> write_value(const fs::path& file, const std::string& value) {
    auto opened = open_file(file, O_WRONLY);
    if (!opened) return opened.error();
    if (::write(opened->get(), value.data(), value.size()) >= 0) return {};
    return from_errno("write " + value + " to " + file.string());
}

bool has_all_controllers(const fs::path& file) {
    const auto text = read_file(file, kMostGroupText);
    if (!text) return false;
    const auto words = split(trim(*text), ' ');
    return std::all_of(std::begin(kControllers), std::end(kControllers), [&](const char* wanted) {
        return std::find(words.begin(), words.end(), wanted) != words.end();
    });
}

Result<> make_group_folder(const fs::path& group) {
    if (::mkdir(group.c_str(), 0755) == 0 || errno == EEXIST) return {};
    return from_errno("make the control group " + group.string());
}

/// To the groups below; no process may be in `group` itself, as the kernel says.
Result<> pass_controllers_down(const fs::path& group) {
    std::string wanted;
    for (const auto* controller : kControllers) wanted += std::string{" +"} + controller;
    return write_value(group / "cgroup.subtree_control", wanted.substr(1));
}

/// Those that end meanwhile need no place; where one cannot be moved, the kernel passes nothing
/// down.
void move_all(const fs::path& from, const fs::path& into) {
    const auto text = read_file(from / "cgroup.procs", kMostGroupText);
    if (!text) return;
    for (const auto pid : split(trim(*text), '\n')) {
        if (!pid.empty()) (void)write_value(into / "cgroup.procs", std::string{pid});
    }
}

Result<> give_to_runner(const fs::path& path, uid_t user) {
    const bool given = ::chown(path.c_str(), user, static_cast<gid_t>(-1)) == 0;
    return given || errno == ENOENT ? Result<>{} : from_errno("give " + path.string() + " away");
}

}  // namespace

ControlGroups::ControlGroups(fs::path parent, const fs::path& run)
    : parent_{std::move(parent)},
      prefix_{"triphammer-" + sha256_hex(run.string()).substr(0, 12) + "-"} {}

fs::path ControlGroups::path_of(std::int64_t fence) const {
    return are_wanted() ? parent_ / (prefix_ + std::to_string(fence)) : fs::path{};
}

Result<fs::path> ControlGroups::make(std::int64_t fence, uid_t runner) const {
    if (auto ready = prepare_parent(); !ready) return ready.error();
    auto group = path_of(fence);
    auto made = furnish(group, runner);
    if (made) return group;
    remove(fence);
    return made.error();
}

/// Once, and again where somebody has made the group anew since.
Result<> ControlGroups::prepare_parent() const {
    if (has_all_controllers(parent_ / "cgroup.subtree_control")) return {};
    if (!has_all_controllers(parent_ / "cgroup.controllers")) {
        return Error{
            Code::unavailable,
            "launcher.cgroup: " + parent_.string() +
                " is no control group (v2) with the controllers cpu, memory and pids"};
    }
    const auto holder = parent_ / kHolder;
    if (auto made = make_group_folder(holder); !made) return made;
    move_all(parent_, holder);
    return pass_controllers_down(parent_);
}

Result<> ControlGroups::furnish(const fs::path& group, uid_t runner) const {
    if (auto made = make_group_folder(group); !made) return made;
    if (auto passed = pass_controllers_down(group); !passed) return passed;
    for (const auto* name : {kRunnerGroup, kStepsGroup}) {
        if (auto made = make_group_folder(group / name); !made) return made;
    }
    if (::geteuid() != 0) return {};
    // Whoever starts a process in another group needs this of the group around both.
    if (auto given = give_to_runner(group / "cgroup.procs", runner); !given) return given;
    for (const auto* file : kRunnersFiles) {
        if (auto given = give_to_runner(group / kStepsGroup / file, runner); !given) return given;
    }
    return {};
}

void ControlGroups::kill(std::int64_t fence) const {
    if (are_wanted()) (void)write_value(path_of(fence) / "cgroup.kill", "1");
}

bool ControlGroups::is_populated(std::int64_t fence) const {
    if (!are_wanted()) return false;
    const auto events = read_file(path_of(fence) / "cgroup.events", kMostGroupText);
    return events && events->find("populated 1") != std::string::npos;
}

void ControlGroups::remove(std::int64_t fence) const {
    if (!are_wanted()) return;
    const auto group = path_of(fence);
    for (const auto& each : {group / kRunnerGroup, group / kStepsGroup, group}) {
        ::rmdir(each.c_str());
    }
}

}  // namespace triphammer::launcher
