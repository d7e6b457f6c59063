#pragma once
// GitHub's shells: how the text of `run:` becomes a script file and a command line.
// Source: docs.github.com, workflow syntax, jobs.<id>.steps[*].shell.

#include "base/result.hpp"

#include <string>
#include <vector>

namespace triphammer::execution {

struct Script {
    std::string extension;               // .sh, .py, .ps1
    std::string text;                    // what the file holds
    std::vector<std::string> arguments;  // "{0}" stands for the file's path, perhaps inside a word
};

/// `shell` as the workflow says it: empty (bash where `has_bash`, else sh), bash, sh, python, pwsh,
/// or a template with {0}. Code::invalid for a template without {0} or an unknown name.
Result<Script> make_script(const std::string& shell, const std::string& run, bool has_bash);

/// The command line with the file's path filled in.
std::vector<std::string> command_line(const Script& script, const std::string& path);

}  // namespace triphammer::execution
