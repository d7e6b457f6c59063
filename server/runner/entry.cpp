#include "runner/entry.hpp"

#include "base/core_file.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "launcher/control_group.hpp"
#include "launcher/start_line.hpp"
#include "runner/attempt.hpp"
#include "runner/container/build_network.hpp"
#include "runner/container/executor.hpp"
#include "runner/container/service_executor.hpp"
#include "runner/deploy/job.hpp"
#include "runner/image/job.hpp"
#include "runner/targets.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace triphammer::runner {

namespace {

constexpr std::size_t kMostLineBytes = 64U << 10U;

Result<launcher::StartLine> read_start_line() {
    const FileDescriptor pipe{launcher::kStartLineDescriptor};
    std::string text;
    char piece[4096];
    while (text.size() < kMostLineBytes) {
        const auto count = ::read(pipe.get(), piece, sizeof piece);
        if (count < 0) return from_errno("read the start line (only the launcher starts a runner)");
        if (count == 0) break;
        text.append(piece, static_cast<std::size_t>(count));
    }
    auto line = launcher::parse_start_line(text);
    wipe(text);
    return line;
}

/// The lock stays ours alone, no step inherits it; and no core file may hold a secret.
void protect() {
    ::fcntl(launcher::kLockDescriptor, F_SETFD, FD_CLOEXEC);
    leave_no_core_file();
    ::umask(027);
}

/// A copy of the standby began in it.
bool is_in(const std::string& group) {
    constexpr std::string_view kUnified = "0::/";
    const auto text = read_file("/proc/self/cgroup", kMostLineBytes);
    for (const auto line : split(text ? trim(*text) : std::string_view{}, '\n')) {
        if (line.starts_with(kUnified) && line != kUnified) return group.ends_with(line.substr(3));
    }
    return false;
}

void join_group(const std::string& attempt) {
    const auto group = attempt + "/" + launcher::kRunnerGroup;
    if (attempt.empty() || is_in(group)) return;
    auto file = open_file(group + "/cgroup.procs", O_WRONLY);
    if (file) (void)write_all(file->get(), "0");
}

std::optional<execution::StepsGroup> find_steps_group(const std::string& attempt) {
    if (attempt.empty()) return {};
    auto group = execution::StepsGroup::open(attempt + "/" + launcher::kStepsGroup);
    if (!group) return {};
    return std::move(*group);
}

}  // namespace

int enter(Ahead ahead) {
    protect();
    const auto line = read_start_line();
    if (!line) {
        log::error("cannot start", {{"error", line.error().message}});
        return 2;
    }
    join_group(line->cgroup);
    auto belongings = do_as_root(*line, std::move(ahead));
    if (!belongings) {
        log::error("the attempt cannot begin", {{"error", belongings.error().message}});
        return 1;
    }
    belongings->group = find_steps_group(line->cgroup);
    JobDrivers drivers;
    drivers.container = make_container_executor;
    drivers.services = make_service_executor;
    drivers.image = [](JobSession& session) { return run_image_job(session, make_build_network); };
    drivers.deploy = [](JobSession& session) { return run_deploy_job(session, make_target); };
    run_attempt(*line, drivers, std::move(*belongings));
}

}  // namespace triphammer::runner
