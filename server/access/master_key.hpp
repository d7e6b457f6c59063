#pragma once
// The key that everything secret is sealed with: 32 random bytes in data/master.key (0600), or in a
// file that the configuration names (raw, or as 64 hex digits).

#include "access/sealing.hpp"
#include "base/task.hpp"

#include <filesystem>
#include <string_view>

namespace triphammer::store {
class Connection;
class Database;
}  // namespace triphammer::store

namespace triphammer::access {

struct KeyFile {
    std::filesystem::path path;
    bool may_create = true;  // false for a configured file: a missing one is a mistake
};

/// Reads the key and compares it with the database's check value; makes key and check value in a
/// fresh data directory. Writes nothing on an error. Every error means exit status 3: the key is
/// missing, of the wrong length, readable by others, or another one than the database's.
Task<Result<Secret>> load_master_key(KeyFile file, store::Database& database, Random& random);

/// 32 bytes out of a file as above; nothing is written.
Result<Secret> read_master_key(const KeyFile& file);

/// The meta key of the check value.
inline constexpr std::string_view kKeyCheck = "key_check";

}  // namespace triphammer::access
