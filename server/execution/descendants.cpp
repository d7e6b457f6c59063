#include "execution/descendants.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
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

/// Whom a process belongs to; nobody: it has ended. Of /proc/PID itself, unlike of what is in it,
/// the owner is always that one.
std::optional<uid_t> user_of(const std::string& process) {
    struct stat status {};

    if (::stat(process.c_str(), &status) != 0) return {};
    return status.st_uid;
}

/// Processes and threads of a user that is the job's alone, until they are more than `most`.
std::uint64_t count_of_user(uid_t user, std::uint64_t most) {
    std::uint64_t sum = 0;
    std::error_code failure;
    for (fs::directory_iterator at{"/proc", failure}, end; !failure && at != end;) {
        const auto process = at->path().string();
        const bool is_process =
            std::isdigit(static_cast<unsigned char>(process[sizeof "/proc/" - 1])) != 0;
        if (is_process && user_of(process) == user) sum += count_threads(process);
        if (sum > most) break;
        at.increment(failure);
    }
    return sum;
}

std::uint64_t count_below(pid_t child, std::uint64_t most) {
    std::uint64_t sum = 0;
    for (const auto& each : list({child})) {
        sum += count_threads("/proc/" + std::to_string(each.pid));
        if (sum > most) break;
    }
    return sum;
}

}  // namespace

std::uint64_t count_tasks(std::uint64_t most) {
    std::vector<Descendant> children;
    append_children("self", 1, children);
    std::set<uid_t> users;
    std::uint64_t sum = 0;
    for (const auto& child : children) {
        const auto user = user_of("/proc/" + std::to_string(child.pid));
        if (!user || users.contains(*user)) continue;
        const bool is_another = *user != ::geteuid();
        if (is_another) users.insert(*user);
        sum += is_another ? count_of_user(*user, most - sum) : count_below(child.pid, most - sum);
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
