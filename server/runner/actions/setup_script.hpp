#pragma once
// Small programs of the setup actions, run where the steps run, with what a step finds there.

#include "runner/actions/call.hpp"

#include <string>
#include <utility>
#include <vector>

namespace triphammer::runner {

/// `arguments` of sh -c: the text, a name, $1, …; with `secret` in the environment besides. What it
/// says; Code::invalid with that where it does not end well.
Task<Result<std::string>> run_setup_script(
    const ActionCall& call,
    std::vector<std::string> arguments,
    execution::StopToken& stop,
    std::vector<std::string> secret = {}
);

}  // namespace triphammer::runner
