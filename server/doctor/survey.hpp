#pragma once
// Looks at the machine as this process's user, and asks the launcher to do so as its own: only that
// one knows what runners will find. The launcher answers each connection to run/doctor.sock with a
// process of its own, which reads a question and writes a report (`triphammer doctor --machine`).

#include "base/task.hpp"
#include "doctor/machine.hpp"

#include <string>
#include <string_view>

namespace triphammer::doctor {

/// Blocks for the two programs that it starts and the engine's disk; the engine may take three
/// seconds. In a process of one thread: the sandbox is tried.
Task<Machine> survey(MachineQuestion question);

std::string to_line(const MachineQuestion& question);
/// Code::protocol.
Result<MachineQuestion> parse_question(std::string_view line);

/// Code::unavailable: no launcher answers there.
Task<Result<Report>> ask_launcher(std::filesystem::path socket, MachineQuestion question);

}  // namespace triphammer::doctor
