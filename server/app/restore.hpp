#pragma once

#include "app/core.hpp"

#include <filesystem>

namespace triphammer::app {

/// Puts a backup in the place of the database, while no daemon runs; what was there stays beside it
/// as triphammer.db.replaced. The numbers of attempts go on where they were: runners and their
/// folders know older ones. Nothing is changed when the backup is damaged or of a newer release.
StartResult<> restore(const Config& config, const std::filesystem::path& backup);

/// Whether it could be: a copy below TMPDIR is brought up to date and read as a whole. Looks at
/// nothing else, so a daemon may run meanwhile.
StartResult<> check_backup(const std::filesystem::path& backup);

}  // namespace triphammer::app
