#pragma once
// Workflows for GitHub's machines say sudo where their steps are not root. In a container that a
// label stands for they are whom the image says, mostly root, and few images have a sudo.

#include "base/result.hpp"
#include "runner/session/step_executor.hpp"

#include <string>
#include <vector>

namespace triphammer::runner {

/// A program of that name in the job's `temp`, last on the PATH of `environment`: root's steps run
/// what it is given, others are told that they get no rights.
Result<> offer_sudo(const Mapped& temp, std::vector<std::string>& environment);

}  // namespace triphammer::runner
