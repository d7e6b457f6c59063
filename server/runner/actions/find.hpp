#pragma once
// Finds the action that a step names, and reads its file.

#include "runner/actions/call.hpp"

namespace triphammer::runner {

/// `./path`: a folder of the workspace. Code::invalid where there is none or its file has errors,
/// with what to do; `remarks` gets lines for the log.
Task<Result<FoundAction>> find_local_action(
    const ActionCall& call, execution::StopToken& stop, std::string& remarks
);

/// Whether the job's steps, so in a fork's run the fork, decide what `found` says: it lies in the
/// workspace, or `outer`, the action that uses it, does; or it is read in their container.
bool is_of_steps(const FoundAction& found, const ActionLayer* outer, const JobFolders& folders);

/// `OWNER/REPO[/path]@COMMIT`: the daemon's copy, fetched once in a job. Code::invalid for another
/// form, Code::refused where the server does not allow the action.
Task<Result<FoundAction>> find_remote_action(
    const ActionCall& call, execution::StopToken& stop, std::string& remarks
);

}  // namespace triphammer::runner
