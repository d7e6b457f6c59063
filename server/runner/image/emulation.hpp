#pragma once
// Whether an engine can run programs of another architecture: only its kernel knows, and no call of
// the Engine API asks it. So a program of each that does nothing is run there.

#include "docker/engine.hpp"
#include "runner/session/job_session.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::runner {

/// A static program for Linux that ends with 0; empty for an architecture (GOARCH) that is not
/// known here. Source: System V ABI, "ELF Header", and Linux's calling convention of each (man 2
/// syscall). Pure.
std::string tiny_program(std::string_view architecture);

/// Those of `platforms` (linux/arm64) whose programs do not run in a container there; of an
/// architecture that is not known nothing is said. Leaves nothing on the engine.
Task<Result<std::vector<std::string>>> find_unrunnable(
    JobSession& session, docker::Engine& engine, std::vector<std::string> platforms
);

}  // namespace triphammer::runner
