#pragma once
// Which version a step asks for: an input, or a file of the repository. Pure.

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace triphammer::runner {

/// The version that a file names, by its name: package.json, go.mod, go.work, .tool-versions,
/// pyproject.toml, Pipfile, .sdkmanrc; any other file holds it alone, for Python perhaps several,
/// one a line. `tool`: python, node, go, java. Code::invalid where it names none.
Result<std::string> version_in_file(
    std::string_view tool, std::string_view file, std::string_view text
);

/// Names for versions as ranges: "lts/iron" → "20", "lts/*", "latest", "stable" → "*".
std::string range_of_alias(std::string_view wanted);

/// Whether the version in the file is the oldest that will do. Source: go.dev/ref/mod, "go
/// directive".
bool names_least_version(std::string_view file);

}  // namespace triphammer::runner
