#pragma once
// The first thing a runner reads: one JSON line on descriptor 3, a pipe that only it holds. Never
// argv, environment or disk, because the token is in it. Descriptor 4 is the held lock of the
// attempt's folder.

#include "base/result.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::launcher {

constexpr int kStartLineDescriptor = 3;
constexpr int kLockDescriptor = 4;

/// A file that the runner makes in its folder before it asks the engine for anything.
constexpr const char* kEngineMark = "engine";

/// Another one: its steps run in a container.
constexpr const char* kContainerMark = "container";

/// A folder that the runner leaves in its own: a layer can be made from it (docs/adr/0022).
constexpr const char* kSeed = "seed";

/// A folder that the runner leaves in its own: the workspace as it is to be held.
constexpr const char* kKept = "kept";

struct StartLine {
    std::int64_t fence = 0;
    Secret token;
    std::string endpoint;
    std::string server_id;
    std::string folder;  // run/<fence>, absolute
    std::string run;     // the run directory: hidden from steps
    std::string cgroup;  // the attempt's (launcher/control_group.hpp); empty: none
    std::string docker_host;
    std::string pool;  // whose layers this attempt may use (run/layers); empty: none
    std::vector<std::string> hidden;
};

std::string to_line(const StartLine& line);
Result<StartLine> parse_start_line(std::string_view line);

}  // namespace triphammer::launcher
