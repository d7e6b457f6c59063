#include "store/sqlite/backup.hpp"

#include "base/file.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/writer.hpp"

#include <sqlite3.h>

#include <fcntl.h>
#include <unistd.h>

namespace triphammer::store {

namespace {

Result<> create_empty(const std::filesystem::path& file) {
    auto created = open_file(file, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (created) return {};
    if (std::filesystem::exists(file))
        return conflict(file.string() + " exists; choose a new name");
    return created.error();
}

Result<> copy_pages(::sqlite3* from, ::sqlite3* to) {
    auto* backup = ::sqlite3_backup_init(to, "main", from, "main");
    if (backup == nullptr) return sql_error(to, ::sqlite3_errcode(to), "begin the backup");
    const int stepped = ::sqlite3_backup_step(backup, -1);
    ::sqlite3_backup_finish(backup);
    if (stepped != SQLITE_DONE) return sql_error(to, stepped, "copy the database");
    return {};
}

}  // namespace

Result<> back_up(Connection& db, const std::filesystem::path& file) {
    if (auto created = create_empty(file); !created) return created;
    ::sqlite3* target = nullptr;
    const int opened = ::sqlite3_open_v2(file.c_str(), &target, SQLITE_OPEN_READWRITE, nullptr);
    auto copied = opened == SQLITE_OK ? copy_pages(db.handle(), target)
                                      : Result<>{sql_error(target, opened, "open the backup")};
    ::sqlite3_close(target);
    if (!copied) ::unlink(file.c_str());
    return copied;
}

Result<> pack(const std::filesystem::path& file) {
    auto opened = Connection::open(file, Connection::Mode::write);
    if (!opened) return opened.error();
    auto& db = **opened;
    auto failure = attempt([&]() -> Database::Failure {
        constexpr std::int64_t kIncremental = 2;
        if (db.prepare("PRAGMA auto_vacuum").find<std::int64_t>() == kIncremental) return {};
        // The mode changes with the file's next form, and that is not written in WAL.
        db.execute("PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = INCREMENTAL; VACUUM;");
        return {};
    });
    if (failure) return std::move(*failure);
    return {};
}

Result<> check_whole(Connection& db) {
    const auto said = db.prepare("PRAGMA quick_check(1)").find<std::string>().value_or("nothing");
    if (said == "ok") return {};
    return Error{kDamaged, "the backup is damaged: " + said};
}

}  // namespace triphammer::store
