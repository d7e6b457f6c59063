#include "execution/descendants.hpp"

#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace triphammer::execution {

namespace {

void append_children(const std::string& pid, int depth, std::vector<Descendant>& out) {
    std::error_code failure;
    const std::filesystem::directory_iterator tasks{"/proc/" + pid + "/task", failure};
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

}  // namespace

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
    signal_tree({tree.child, 0}, SIGKILL);
}

}  // namespace triphammer::execution
