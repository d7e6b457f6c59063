#pragma once
// Finds the action that a step names, and reads its file.

#include "runner/action_call.hpp"

namespace triphammer::runner {

/// Code::invalid where there is none or its file has errors, with what to do; `remarks` gets lines
/// for the log.
Task<Result<FoundAction>> find_action(
    const ActionCall& call, execution::StopToken& stop, std::string& remarks
);

}  // namespace triphammer::runner
