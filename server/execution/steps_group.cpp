#include "execution/steps_group.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

namespace triphammer::execution {

namespace {

constexpr double kPeriod = 100'000;  // microseconds, the kernel's usual one

/// A line of NAME and number.
std::uint64_t count_of(const std::string& file, const std::string& wanted) {
    std::ifstream events{file};
    std::string name;
    for (std::uint64_t count = 0; events >> name >> count;) {
        if (name == wanted) return count;
    }
    return 0;
}

std::string processors(double count) {
    const auto share = std::to_string(std::llround(std::max(count, 0.01) * kPeriod));
    return share + " " + std::to_string(std::llround(kPeriod));
}

}  // namespace

Result<StepsGroup> StepsGroup::open(std::string folder) {
    auto descriptor = open_file(folder, O_PATH | O_DIRECTORY);
    if (!descriptor) return descriptor.error();
    return StepsGroup{std::move(folder), std::move(*descriptor)};
}

Result<> StepsGroup::set(const GroupLimits& limits) const {
    Result<> done;
    if (limits.cpu) done = write("cpu.max", processors(*limits.cpu));
    if (done && limits.pids) done = write("pids.max", std::to_string(*limits.pids));
    if (!done || !limits.memory) return done;
    const auto swap = folder_ + "/memory.swap.max";
    if (::access(swap.c_str(), F_OK) == 0) done = write("memory.swap.max", "0");
    if (done) done = write("memory.oom.group", "1");
    if (done) done = write("memory.max", std::to_string(*limits.memory));
    return done;
}

std::uint64_t StepsGroup::count_oom_kills() const {
    return count_of(folder_ + "/memory.events", "oom_kill");
}

std::uint64_t StepsGroup::count_refused_tasks() const {
    return count_of(folder_ + "/pids.events", "max");
}

/// One write(2), as the kernel wants it.
Result<> StepsGroup::write(const char* file, const std::string& value) const {
    const auto path = folder_ + "/" + file;
    auto opened = open_file(path, O_WRONLY);
    if (!opened) return opened.error();
    if (::write(opened->get(), value.data(), value.size()) >= 0) return {};
    return from_errno("write " + value + " to " + path);
}

std::uint64_t count_own_oom_kills() {
    std::ifstream groups{"/proc/self/cgroup"};
    for (std::string line; std::getline(groups, line);) {
        if (line.rfind("0::", 0) != 0) continue;
        return count_of("/sys/fs/cgroup" + line.substr(3) + "/memory.events", "oom_kill");
    }
    return 0;
}

}  // namespace triphammer::execution
