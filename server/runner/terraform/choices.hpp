#pragma once
// What a job's environment says to OpenTofu and Terraform beside the configuration: an apply must
// not find another state than its plan did. Pure.
// Source: developer.hashicorp.com/terraform/cli/config/environment-variables, and the pages of the
// backends (developer.hashicorp.com/terraform/language/backend).

#include "runner/session/environment.hpp"

#include <map>
#include <string>

namespace triphammer::runner {

/// Code::invalid, with what to write instead, for TF_WORKSPACE, TF_DATA_DIR, and for options in
/// TF_CLI_ARGS and TF_CLI_ARGS_… that choose a backend, a state or another folder, or that are not
/// known here.
Result<> check_choices(const Environment& given);

/// The variables that are set by which backends and providers' sources are found: name → value.
/// They belong into the plan's hash. Keys that only open a state are not among them: a plan may
/// have weaker ones than its apply.
std::map<std::string, std::string> list_choices(const Environment& given);

}  // namespace triphammer::runner
