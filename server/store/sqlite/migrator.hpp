#pragma once
// Brings the schema of a database up to date: the numbered files of migrations/, embedded, each in
// one transaction, forward only. Table `migrations` keeps the hash of what was run; user_version
// the highest number.

#include "store/sqlite/connection.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

/// "THMR", bytes 68..71 of the file: whose database it is.
inline constexpr std::int64_t kApplicationId = 0x54484d52;

struct Migration {
    int number = 0;
    std::string_view name;  // 0001_create_tables.sql
    std::string_view sql;
};

/// Those of this build, by number.
std::vector<Migration> embedded_migrations();

/// What SQLite refuses is thrown. kDamaged: tables of somebody else, or a head that cannot be read.
/// kNewerSchema: nothing was changed. Code::conflict: a migration that ran differs from ours.
Result<> migrate(Connection& db, const std::vector<Migration>& migrations, TimePoint now);

}  // namespace triphammer::store
