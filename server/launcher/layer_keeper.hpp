#pragma once
// Starts the program that makes layers (docs/adr/0022) and takes them away, for the seeds that
// attempts leave. The launcher itself looks into none of them.

#include "base/spawn.hpp"

#include <filesystem>
#include <string_view>

namespace triphammer::launcher {

/// The argument that makes a runner program one, before the run directory.
constexpr std::string_view kLayersArgument = "layers";

/// Moves the seed that the attempt in `folder` has left, if it has, to where layers are made of it.
/// Before the folder goes where it is removed.
void take_seed(const std::filesystem::path& run, const std::filesystem::path& folder);

/// Whether layers are to be made.
bool has_seeds(const std::filesystem::path& run);

/// To be waited for, one at a time; a second one would end at once.
Result<Child> start_layer_keeper(
    const std::filesystem::path& program, const std::filesystem::path& run
);

/// At once, and waits for it: who waits for the launcher may remove the run directory next. The
/// next keeper begins anew what this one leaves half done.
void end_layer_keeper(Child& keeper);

}  // namespace triphammer::launcher
