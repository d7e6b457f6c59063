#pragma once
// Small files on their way into a job container and back, with the rights of its steps.

#include "runner/container/wire.hpp"

#include <string>

namespace triphammer::supervisor {

/// Replaces what is there; links are not followed. What is wrong, or nothing.
std::string put_file(const runner::wire::File& file);

/// As it is now: one of kind `refused` says why it is not sent. Its path is empty where there is
/// none.
runner::wire::File take_file(const std::string& path);

}  // namespace triphammer::supervisor
