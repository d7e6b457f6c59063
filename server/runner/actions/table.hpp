#pragma once
// The actions that are built in: they need neither network nor Node. One line each in the table,
// one file each for the work.

#include "runner/actions/call.hpp"

#include <string_view>

namespace triphammer::runner {

/// Carries one use out. `inputs`: the step's `with` as it stands there; defaults are the
/// function's. Both outlive it.
using BuiltIn = Task<StepResult> (*)(
    const ActionCall& call, const ActionInputs& inputs, execution::StopToken& stop
);

struct BuiltInAction {
    std::string_view name;  // OWNER/REPO or OWNER/REPO/path, in any case
    BuiltIn run;
};

/// `uses` with any tag, branch or commit; null: not built in.
const BuiltInAction* find_built_in(std::string_view uses);

Task<StepResult> run_built_in(
    const BuiltInAction& action, const ActionCall& call, execution::StopToken& stop
);

}  // namespace triphammer::runner
