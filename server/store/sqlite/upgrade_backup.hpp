#pragma once
// Backups that are made without being asked for: before the schema of a database is changed
// (docs/adr/0074). For whoever holds the data directory's lock; they block.

#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>

namespace triphammer::store {

struct UpgradeBackup {
    std::filesystem::path file;
    std::int64_t schema = 0;
};

/// Where the schema of `database` is older than this build's: a copy in `folder` (0700), read back
/// and on disk, named by its time and schema, 20261122-181103-of-schema-19.db. Of each schema the
/// newest stays, of all of them five. Nothing for a database that is fresh, up to date or newer.
/// Errors: kDamaged, or what the system said; then no schema may be changed.
Result<std::optional<UpgradeBackup>> back_up_before_upgrade(
    const std::filesystem::path& database, const std::filesystem::path& folder, TimePoint now
);

/// The newest database of ours in `folder` whose schema this build reads, whoever put it there.
std::optional<std::filesystem::path> find_readable_backup(const std::filesystem::path& folder);

}  // namespace triphammer::store
