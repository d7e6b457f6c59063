#pragma once
// What to type to go back to the state of a backup.

#include "app/config.hpp"

#include <filesystem>
#include <string>

namespace triphammer::app {

/// Where backups lie that nobody asked for: the package's, and those before a change of the schema.
std::filesystem::path backups_folder(const Config& config);

/// The command for this installation (package, container, or a program by itself), with the newest
/// backup that this release can read; where there is none, with what to put in its place.
std::string restore_command(const Config& config);

}  // namespace triphammer::app
