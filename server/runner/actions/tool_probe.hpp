#pragma once
// Which versions of a tool are installed where the steps run.

#include "runner/actions/call.hpp"
#include "runner/actions/version_range.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::runner {

struct Installed {
    std::string path;  // of the program, links followed
    Version version;
};

/// Looks for `programs` (names with shell patterns) in PATH and in `folders` (patterns), and asks
/// each with `flag`. Newest first; each program once.
struct ToolProbe {
    std::string_view programs;
    std::string_view folders;
    std::string_view flag;
};

Task<Result<std::vector<Installed>>> list_installed(
    const ActionCall& call, const ToolProbe& probe, execution::StopToken& stop
);

/// "3.11.2 (/usr/bin/python3.11), …"
std::string list_text(const std::vector<Installed>& installed);

}  // namespace triphammer::runner
