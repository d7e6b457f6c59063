#pragma once
// The group that a step's log begins with, as people know it from GitHub: what is run, and with
// what. Lines of other people's text never begin with "##[", so that none of them ends the group.
// The log masks it. Pure.
// Source: github.com/actions/runner, Handlers/Handler.cs and ScriptHandler.cs, PrintActionDetails.

#include "runner/steps/scope.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace triphammer::runner {

/// Whole lines beyond are counted instead. A line is never cut: half of a secret would not be
/// masked.
constexpr std::size_t kLongestOpening = 64U << 10U;

/// "Run " and the first line of `what`, the script or the action. An action's own step is called by
/// its name where it has one: no list of steps shows it.
std::string opening_title(
    const StepScope& scope,
    const model::Step& step,
    const workflow::expression::Contexts& contexts,
    std::string_view what
);

/// `shell` as a command line with {0} for the script's file; PATH of `environment` is left out.
std::string script_opening(
    const std::string& title,
    std::string_view script,
    const std::string& shell,
    const Environment& environment
);

/// `inputs` as the action gets them; those without a value are left out.
std::string action_opening(
    const std::string& title,
    const workflow::expression::Object& inputs,
    const Environment& environment
);

}  // namespace triphammer::runner
