#pragma once

#include "store/sqlite/connection.hpp"

#include <filesystem>

namespace triphammer::store {

/// Copies the database, as this connection's snapshot sees it, to a new file (0600); writers go on.
/// Code::conflict when the file exists. A failed copy leaves nothing behind.
Result<> back_up(Connection& db, const std::filesystem::path& file);

/// Writes a database of before auto_vacuum anew, without its free pages; nobody else has it open.
Result<> pack(const std::filesystem::path& file);

/// Reads every page. kDamaged: one is not as it was written.
Result<> check_whole(Connection& db);

}  // namespace triphammer::store
