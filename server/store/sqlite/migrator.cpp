#include "store/sqlite/migrator.hpp"

#include "base/digest.hpp"
#include "store/sqlite/database.hpp"

namespace triphammer::store {

namespace {

std::int64_t pragma(Connection& db, const std::string& name) {
    return db.prepare("PRAGMA " + name).find<std::int64_t>().value_or(0);
}

Result<> check_owner(Connection& db) {
    const auto owner = pragma(db, "application_id");
    const auto tables = db.prepare("SELECT count(*) FROM sqlite_schema").find<std::int64_t>();
    if (owner == kApplicationId || (owner == 0 && tables == 0)) return {};
    return Error{
        kDamaged,
        "this SQLite file is not a Triphammer database; move it away or choose another data "
        "directory"};
}

Result<> check_version(std::int64_t have, std::int64_t known) {
    if (have <= known) return {};
    return Error{
        kNewerSchema,
        "the database was written by a newer release (schema " + std::to_string(have) +
            ", this one knows " + std::to_string(known) +
            "); start that release, or restore a backup made before the upgrade"};
}

Result<> check_unchanged(Connection& db, const Migration& migration) {
    auto query = db.prepare("SELECT sha256 FROM migrations WHERE number = ?");
    const auto ran = query.bind(migration.number).find<std::string>();
    if (ran == sha256_hex(migration.sql)) return {};
    return conflict(
        "the database was made with another " + std::string{migration.name} +
        " than this build carries; use the release that made it, or start with a fresh data "
        "directory"
    );
}

void apply(Connection& db, const Migration& migration, TimePoint now) {
    db.execute("BEGIN IMMEDIATE");
    db.execute(std::string{migration.sql});
    auto note =
        db.prepare("INSERT INTO migrations (number, name, sha256, applied_at) VALUES (?, ?, ?, ?)");
    note.bind(migration.number, migration.name, sha256_hex(migration.sql), now).run();
    db.execute("PRAGMA user_version = " + std::to_string(migration.number));
    db.execute("COMMIT");
}

void prepare_head(Connection& db) {
    db.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
    db.execute(
        "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
        "sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"
    );
}

}  // namespace

Result<> migrate(Connection& db, const std::vector<Migration>& migrations, TimePoint now) {
    if (auto ours = check_owner(db); !ours) return ours;
    const auto have = pragma(db, "user_version");
    const auto known = migrations.empty() ? 0 : migrations.back().number;
    if (auto old_enough = check_version(have, known); !old_enough) return old_enough;
    if (have == 0) prepare_head(db);
    for (const auto& migration : migrations) {
        if (migration.number > have) {
            apply(db, migration, now);
        } else if (auto same = check_unchanged(db, migration); !same) {
            return same;
        }
    }
    return {};
}

}  // namespace triphammer::store
