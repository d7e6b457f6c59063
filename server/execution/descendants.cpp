#include "execution/descendants.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace triphammer::execution {

namespace fs = std::filesystem;

namespace {

void append_children(const std::string& pid, int depth, std::vector<Descendant>& out) {
    std::error_code failure;
    const fs::directory_iterator tasks{"/proc/" + pid + "/task", failure};
    if (failure) return;  // it has ended meanwhile
    for (auto task = begin(tasks); task != end(tasks); task.increment(failure)) {
        if (failure) return;
        std::ifstream children{task->path() / "children"};
        for (pid_t child = 0; children >> child && child > 1;) out.push_back({child, depth});
    }
}

std::vector<Descendant> list(const Tree& tree) {
    std::vector<Descendant> out;
    if (tree.child > 0) {
        out.push_back({tree.child, 1});
    } else {
        append_children("self", 1, out);
    }
    for (std::size_t at = 0; at < out.size(); ++at) {
        append_children(std::to_string(out[at].pid), out[at].depth + 1, out);
    }
    return out;
}

/// A folder's links are itself, its entry, and one for each thread.
std::uint64_t count_threads(const std::string& process) {
    struct stat status {};

    if (::stat((process + "/task").c_str(), &status) != 0 || status.st_nlink < 3) return 1;
    return status.st_nlink - 2;
}

/// The /proc that `first`, the first process of a sandbox, sees; empty while it has none of its
/// own.
std::string processes_of(pid_t first) {
    const auto outside = "/proc/" + std::to_string(first);
    auto inside = outside + "/root/proc";
    std::error_code failure;
    const auto space = fs::read_symlink(outside + "/ns/pid", failure);
    const bool is_own = !failure && space == fs::read_symlink(inside + "/1/ns/pid", failure);
    return is_own ? inside : "";
}

/// The numbers among the names of a /proc.
std::vector<std::string> list_processes(const std::string& folder) {
    std::vector<std::string> out;
    std::error_code failure;
    for (fs::directory_iterator at{folder, failure}, end; !failure && at != end;) {
        auto name = at->path().filename().string();
        if (std::isdigit(static_cast<unsigned char>(name[0])) != 0) out.push_back(std::move(name));
        at.increment(failure);
    }
    return out;
}

/// `processes` of `folder` with their threads, until they are more than `most`.
std::uint64_t count_with_threads(
    const std::string& folder, const std::vector<std::string>& processes, std::uint64_t most
) {
    std::uint64_t sum = processes.size();
    for (const auto& process : processes) {
        if (sum > most) break;
        sum += count_threads(folder + "/" + process) - 1;
    }
    return sum;
}

std::uint64_t count_below(pid_t child, std::uint64_t most) {
    const auto inside = processes_of(child);
    if (!inside.empty()) return count_with_threads(inside, list_processes(inside), most);
    std::vector<std::string> processes;
    for (const auto& each : list({child})) processes.push_back(std::to_string(each.pid));
    return count_with_threads("/proc", processes, most);
}

}  // namespace

std::uint64_t count_tasks(std::uint64_t most) {
    std::vector<Descendant> children;
    append_children("self", 1, children);
    std::uint64_t sum = 0;
    for (const auto& child : children) {
        sum += count_below(child.pid, most - sum);
        if (sum > most) break;
    }
    return sum;
}

std::vector<Descendant> list_descendants() {
    return list({});
}

bool signal_tree(const Tree& tree, int signal) {
    bool any = false;
    for (const auto& descendant : list(tree)) {
        if (descendant.depth <= tree.wrappers) continue;
        ::kill(descendant.pid, signal);
        any = true;
    }
    return any;
}

void kill_tree(const Tree& tree) {
    if (tree.child > 0) {
        ::kill(tree.child, SIGKILL);
    } else {
        signal_tree(tree, SIGKILL);
    }
}

}  // namespace triphammer::execution
