#pragma once

#include <string>
#include <vector>

namespace triphammer::app {

/// "SQLite 3.40.1", … with a warning where a version is known to be bad.
std::vector<std::string> library_versions();

}  // namespace triphammer::app
