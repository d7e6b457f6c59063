#include "launcher/fair_share.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "launcher/attempt_users.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string>

namespace triphammer::launcher {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostText = 4096;
/// Each step of niceness takes a fifth away. Source: sched(7).
constexpr double kStep = 1.25;
constexpr int kMostNice = 19;

/// Whom a process belongs to, if to one of `users`.
std::optional<uid_t> find_user(const fs::path& process, const std::set<uid_t>& users) {
    struct stat status {};

    if (::stat(process.c_str(), &status) != 0 || !users.contains(status.st_uid)) return {};
    return status.st_uid;
}

/// Of a process that wants to run now. Source: proc(5), /proc/PID/stat: after the name, which may
/// hold anything, state, parent, group, session.
std::optional<pid_t> find_busy_session(const fs::path& process) {
    const auto text = read_file(process / "stat", kMostText);
    if (!text) return {};
    const auto name_end = text->rfind(") ");
    if (name_end == std::string::npos) return {};
    const auto fields = split(std::string_view{*text}.substr(name_end + 2), ' ');
    if (fields.size() < 4 || fields[0] != "R") return {};
    const auto session = parse_integer(fields[3]);
    return session ? std::optional{static_cast<pid_t>(*session)} : std::nullopt;
}

void set_niceness(pid_t member, int niceness) {
    auto file = open_file("/proc/" + std::to_string(member) + "/autogroup", O_WRONLY);
    if (file) (void)write_all(file->get(), std::to_string(niceness));
}

}  // namespace

int niceness_of_part(std::size_t sessions) {
    const auto parts = std::log(static_cast<double>(std::max<std::size_t>(sessions, 1)));
    return std::min(static_cast<int>(std::lround(parts / std::log(kStep))), kMostNice);
}

std::map<uid_t, BusySessions> find_busy_sessions(const std::set<uid_t>& users) {
    std::map<uid_t, BusySessions> out;
    std::error_code failure;
    for (fs::directory_iterator at{"/proc", failure}, end; !failure && at != end;) {
        const auto& process = at->path();
        const auto pid = parse_integer(process.filename().string());
        const auto user = pid ? find_user(process, users) : std::nullopt;
        const auto session = user ? find_busy_session(process) : std::nullopt;
        if (session) out[*user].emplace(*session, static_cast<pid_t>(*pid));
        at.increment(failure);
    }
    return out;
}

/// Source: proc(5), /proc/loadavg: the fourth field begins with how many run, this one included.
bool FairShare::is_crowded() {
    const auto text = read_file("/proc/loadavg", kMostText);
    if (!text) return false;
    const auto fields = split(*text, ' ');
    if (fields.size() < 4) return false;
    const auto running = parse_integer(fields[3].substr(0, fields[3].find('/')));
    return running.value_or(0) - 1 > ::sysconf(_SC_NPROCESSORS_ONLN);
}

void FairShare::adjust(const fs::path& run, const std::set<std::int64_t>& fences) {
    std::set<uid_t> users;
    for (const auto fence : fences) users.insert(users_of(run, fence).steps);
    std::map<pid_t, int> given;
    for (const auto& [user, sessions] : find_busy_sessions(users)) {
        const auto niceness = niceness_of_part(sessions.size());
        for (const auto& [session, member] : sessions) {
            const auto before = given_.find(session);
            if (before == given_.end() || before->second != niceness) {
                set_niceness(member, niceness);
            }
            given[session] = niceness;
        }
    }
    given_ = std::move(given);
}

}  // namespace triphammer::launcher
