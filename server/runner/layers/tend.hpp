#pragma once
// The program `triphammer-runner layers RUN`, started by the launcher: makes layers of the seeds
// that attempts have left, and takes away what is too much. One at a time; what was killed half way
// is begun anew by the next. Needs root: the files of layers get a user of their own. Where we are
// not root it removes the seeds.

#include "base/result.hpp"

#include <filesystem>

namespace triphammer::runner {

/// The program's exit status.
int tend_layers(const std::filesystem::path& run);

/// Makes one layer. Code::conflict where there is one of that commit, or one of its pool that is
/// too young to be followed by another.
Result<> make_layer(const std::filesystem::path& run, const std::filesystem::path& seed);

}  // namespace triphammer::runner
