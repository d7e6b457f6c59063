#include "supervisor/tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <vector>

namespace triphammer::supervisor {

namespace {

/// Each round finds what was started during the one before; a stopped process starts nothing.
constexpr int kMostRounds = 1000;

struct Process {
    pid_t id;
    pid_t parent;
};

/// 0: it is gone. The fourth field of its line, counted from the name's end: names hold anything.
pid_t parent_of(pid_t id) {
    char path[64];
    (void)std::snprintf(path, sizeof path, "/proc/%d/stat", id);
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char text[512];
    const auto length = ::read(file, text, sizeof text - 1);
    ::close(file);
    text[std::max<ssize_t>(length, 0)] = '\0';
    const char* after_name = std::strrchr(text, ')');
    if (after_name == nullptr || std::strlen(after_name) < 5) return 0;
    return static_cast<pid_t>(std::strtol(after_name + 4, nullptr, 10));
}

std::vector<Process> list_processes() {
    std::vector<Process> out;
    DIR* folder = ::opendir("/proc");
    while (const auto* entry = folder == nullptr ? nullptr : ::readdir(folder)) {
        const auto id = static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10));
        if (id > 0) out.push_back({id, parent_of(id)});
    }
    if (folder != nullptr) ::closedir(folder);
    return out;
}

std::set<pid_t> find_below(pid_t top) {
    const auto all = list_processes();
    std::set<pid_t> out;
    for (bool grew = true; grew;) {
        grew = false;
        for (const auto& one : all) {
            const bool is_below = one.parent == top || out.count(one.parent) != 0;
            if (is_below && one.id != top) grew = out.insert(one.id).second || grew;
        }
    }
    return out;
}

}  // namespace

void signal_below(pid_t top, int number) {
    for (const pid_t id : find_below(top)) ::kill(id, number);
}

void kill_below(pid_t top) {
    std::set<pid_t> stopped;
    for (int round = 0; round < kMostRounds; ++round) {
        const auto before = stopped.size();
        for (const pid_t id : find_below(top)) {
            if (stopped.insert(id).second) ::kill(id, SIGSTOP);
        }
        if (stopped.size() == before) break;
    }
    signal_below(top, SIGKILL);
}

}  // namespace triphammer::supervisor
