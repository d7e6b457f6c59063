#pragma once
// `cache` and `cache-dependency-path` of the setup actions: what a package manager has downloaded
// is restored, and saved at the job's end where it succeeded and nothing had the exact key. Which
// files make the key and which folders are kept is what the actions' documentation says.

#include "runner/actions/call.hpp"

#include <string>
#include <string_view>

namespace triphammer::runner {

/// A tool that was just set up.
struct ToolInUse {
    std::string_view name;  // python, node, go, java
    std::string version;
    std::string bin;  // the folder that is first on PATH
};

/// cache-hit, and where something is cached cache-primary-key. Code::invalid for a package manager
/// that is not known, for one that is not there, and where no file makes the key; of Go, which
/// caches unless told otherwise, that is a warning.
Task<Result<protocol::Outputs>> restore_dependencies(
    const ActionCall& call, const ActionInputs& inputs, ToolInUse tool, execution::StopToken& stop
);

}  // namespace triphammer::runner
