// usage: isolation DIR JOBS WORKERS PARTS COMMAND…   what a job's isolation costs by itself: for
// each job the same namespaces, users, network, mounts and processes as the product makes, a
// command in them, and nothing else: no daemon, no database, no log. Prints jobs a second.
//
// PARTS, of which the later ones contain the earlier: process (a copy of a process that waits, as
// runners are), sandbox, users (and a network), network (furnished). WORKERS processes take turns
// with nobody; each is to its jobs what the standby is to runners.
#include "execution/job_users.hpp"
#include "execution/network.hpp"
#include "execution/network_policy.hpp"
#include "execution/process.hpp"
#include "execution/sandbox.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

using namespace triphammer;
using namespace triphammer::execution;

namespace {

constexpr uid_t kFirstSteps = 0x70000000;
constexpr uid_t kFirstRunner = 0x78000001;
/// As the standby does it.
constexpr std::size_t kEndTogether = 16;
/// As much as a runner has in memory when it waits.
constexpr std::size_t kMemory = std::size_t{1} << 20U;

template <class T>
T must(Result<T> result) {
    if (result) return std::move(*result);
    std::fprintf(stderr, "isolation: %s\n", result.error().message.c_str());
    std::_Exit(1);
}

void must(const Result<>& done) {
    if (done) return;
    std::fprintf(stderr, "isolation: %s\n", done.error().message.c_str());
    std::_Exit(1);
}

struct Wanted {
    bool sandbox = false;
    bool users = false;
    bool network = false;
};

Wanted wanted_of(const std::string& parts) {
    const bool network = parts == "network";
    const bool users = network || parts == "users";
    return {users || parts == "sandbox", users, network};
}

struct Place {
    std::string folder;
    uid_t steps = 0;
    uid_t runner = 0;
};

Place make_place(const std::string& root, int worker) {
    const auto number = static_cast<uid_t>(worker);
    const Place out{
        root + "/" + std::to_string(worker), kFirstSteps + number, kFirstRunner + number};
    for (const char* name : {"", "/tmp", "/temp", "/work", "/home", "/home/work"}) {
        const auto path = out.folder + name;
        must(make_directory(path, *name == '\0' ? 0711 : 0700));
        if (*name != '\0' && ::chown(path.c_str(), out.steps, out.steps) != 0) std::_Exit(1);
    }
    return out;
}

SandboxPaths paths_of(const Place& place, const std::string& root) {
    SandboxPaths out;
    out.temp = place.folder + "/tmp";
    out.home = place.folder + "/home";
    out.home_inside = "/home/runner";
    out.moved = {
        {place.folder + "/work", "/home/runner/workspace"}, {place.folder + "/temp", "/home/temp"}};
    out.hidden = {root};
    return out;
}

void read_to_end(const FileDescriptor& pipe) {
    char piece[4096];
    while (::read(pipe.get(), piece, sizeof piece) > 0) {
    }
}

struct Ahead {
    JobUsers users;
    Network network;
};

Ahead make_ahead(const Wanted& wanted, const Borders& borders) {
    Ahead out;
    if (!wanted.users) return out;
    out.users = must(JobUsers::make());
    auto empty = out.users.take_network();
    if (wanted.network) out.network = must(Network::make(borders, std::move(empty)));
    return out;
}

ExitStatus run_beside(const Command& command, int output) {
    SpawnRequest request;
    request.arguments = command.arguments;
    request.environment = command.environment;
    request.output = request.error = output;
    return must(SystemSpawner{}.spawn(request)).wait();
}

ExitStatus run_inside(Sandbox& sandbox, const Command& command, FileDescriptor output) {
    auto inside = must(sandbox.start(command, output.get()));
    const auto report = read_report(inside.report);
    inside.first.wait();
    if (!report) return {1, 0};
    return must(report->status);
}

/// In the copy.
[[noreturn]] void be_job(
    const Wanted& wanted, const Place& place, const std::string& root, Ahead ahead, Command command
) {
    if (wanted.users) must(ahead.users.enter(place.runner, place.steps));
    auto pipe = must(make_pipe());
    ExitStatus status;
    if (wanted.sandbox) {
        Sandbox sandbox{paths_of(place, root)};
        if (wanted.network) sandbox.enter_network(ahead.network.descriptor());
        status = run_inside(sandbox, command, std::move(pipe.second));
    } else {
        status = run_beside(command, pipe.second.get());
        pipe.second = {};
    }
    read_to_end(pipe.first);
    std::_Exit(status.ok() ? 0 : 1);
}

bool run_jobs(
    const Wanted& wanted,
    const Place& place,
    const std::string& root,
    int jobs,
    const Command& command
) {
    std::vector<FileDescriptor> used;
    const auto borders = find_borders();
    for (int job = 0; job < jobs; ++job) {
        auto ahead = make_ahead(wanted, borders);
        if (used.size() >= kEndTogether) used.clear();
        if (wanted.network) {
            used.emplace_back(::fcntl(ahead.network.descriptor(), F_DUPFD_CLOEXEC, 0));
        }
        const auto copy =
            static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, 0UL));
        if (copy == 0) be_job(wanted, place, root, std::move(ahead), command);
        int status = 0;
        if (::waitpid(copy, &status, 0) != copy || status != 0) return false;
    }
    return true;
}

Command command_of(char** words, bool in_sandbox) {
    Command out;
    for (; *words != nullptr; ++words) out.arguments.emplace_back(*words);
    out.environment = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/home/runner"};
    out.directory = in_sandbox ? "/home/runner/workspace" : "/";
    return out;
}

}  // namespace

int main(int count, char** words) {
    if (count < 6) return 2;
    const auto root = std::filesystem::canonical(words[1]).string();
    const int jobs = std::atoi(words[2]);
    const int workers = std::atoi(words[3]);
    const auto wanted = wanted_of(words[4]);
    const auto command = command_of(words + 5, wanted.sandbox);
    const auto memory = std::make_unique<char[]>(kMemory);
    std::vector<Place> places;
    for (int worker = 0; worker < workers; ++worker) places.push_back(make_place(root, worker));
    const auto begun = std::chrono::steady_clock::now();
    for (const auto& place : places) {
        if (::fork() == 0)
            std::_Exit(run_jobs(wanted, place, root, jobs / workers, command) ? 0 : 1);
    }
    bool is_fine = true;
    for (int status = 0; ::wait(&status) > 0;) is_fine = is_fine && status == 0;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    std::printf("jobs/s=%.0f\n", static_cast<double>(jobs) / took.count());
    return is_fine ? 0 : 1;
}
