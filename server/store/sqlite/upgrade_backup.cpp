#include "store/sqlite/upgrade_backup.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "store/sqlite/backup.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/migrator.hpp"
#include "store/sqlite/writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace triphammer::store {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKept = 5;
constexpr const char* kMark = "-of-schema-";

std::int64_t known_schema() {
    return embedded_migrations().back().number;
}

/// Zero where it is not ours, or cannot be read.
std::int64_t read_schema(Connection& db) {
    std::int64_t schema = 0;
    attempt([&]() -> Database::Failure {
        if (db.prepare("PRAGMA application_id").find<std::int64_t>() != kApplicationId) return {};
        schema = db.prepare("PRAGMA user_version").find<std::int64_t>().value_or(0);
        return {};
    });
    return schema;
}

/// 20261122-181103, of 2026-11-22T18:11:03.000Z; as text these are in the order of time.
std::string name_of(TimePoint now, std::int64_t schema) {
    auto time = to_rfc3339(now).substr(0, 19);
    time.erase(
        std::remove_if(time.begin(), time.end(), [](char c) { return c == '-' || c == ':'; }),
        time.end()
    );
    std::replace(time.begin(), time.end(), 'T', '-');
    return time + kMark + std::to_string(schema) + ".db";
}

void remove_with_log(const fs::path& file) {
    std::error_code ignored;
    for (const auto* part : {"", "-journal", "-wal", "-shm"})
        fs::remove(file.string() + part, ignored);
}

Result<> read_back(const fs::path& copy) {
    auto opened = Connection::open(copy, Connection::Mode::read);
    if (!opened) return opened.error();
    Result<> whole;
    auto failure = attempt([&]() -> Database::Failure {
        whole = check_whole(**opened);
        return {};
    });
    if (failure) return std::move(*failure);
    return whole;
}

/// The names in a folder are on disk once the folder is.
Result<> sync_folder(const fs::path& folder) {
    const auto opened = open_file(folder, O_RDONLY | O_DIRECTORY);
    if (!opened) return opened.error();
    if (::fsync(opened->get()) != 0) return from_errno("fsync " + folder.string());
    return {};
}

/// Has its name only once it is whole: a death before leaves what the next one takes away.
Result<> copy_to(Connection& db, const fs::path& file) {
    const fs::path unfinished = file.parent_path() / "unfinished";
    remove_with_log(unfinished);
    auto done = back_up(db, unfinished);
    if (done) done = read_back(unfinished);
    if (!done) {
        remove_with_log(unfinished);
        return done;
    }
    if (::rename(unfinished.c_str(), file.c_str()) != 0)
        return from_errno("rename " + unfinished.string());
    return sync_folder(file.parent_path());
}

/// As name_of makes them, and nobody else.
bool is_ours(const std::string& name) {
    constexpr std::size_t kTime = 15;
    return name.find(kMark) == kTime && name.ends_with(".db");
}

/// A start that fails again and again must not push out the backups of other schemas. `made` stays
/// whatever the clock said before.
void keep_newest(const fs::path& folder, const std::string& made) {
    std::error_code ignored;
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator{folder, ignored}) {
        const auto name = entry.path().filename().string();
        if (is_ours(name) && name != made) names.push_back(name);
    }
    std::sort(names.rbegin(), names.rend());
    std::set<std::string> schemas{made.substr(made.find(kMark))};
    for (const auto& name : names) {
        const bool is_newest = schemas.insert(name.substr(name.find(kMark))).second;
        if (!is_newest || schemas.size() > kKept) remove_with_log(folder / name);
    }
}

Error explain(Error error, std::int64_t schema, const fs::path& folder) {
    const auto what = "no backup could be made before the schema is changed from " +
                      std::to_string(schema) + " to " + std::to_string(known_schema());
    auto out = with_context(what, std::move(error));
    out.message += "; nothing was changed. ";
    out.message += out.code == kDamaged
                       ? "The database has to be replaced by a backup (triphammer restore)"
                       : "Make room in " + folder.string() +
                             ", or make it a link to a folder with room that is this user's "
                             "(its unit has to allow it: ReadWritePaths=), and start again";
    return out;
}

std::optional<std::uint32_t> number_at(std::string_view bytes, std::size_t at) {
    if (bytes.size() < at + 4) return {};
    std::uint32_t out = 0;
    for (const char byte : bytes.substr(at, 4)) out = out << 8U | static_cast<unsigned char>(byte);
    return out;
}

/// By the head of a SQLite file (https://www.sqlite.org/fileformat.html 1.3): a backup has no log.
bool is_readable(const fs::path& file) {
    const auto opened = open_file(file, O_RDONLY);
    char head[100];
    if (!opened || ::read(opened->get(), head, sizeof head) != ssize_t{sizeof head}) return false;
    const std::string_view bytes{head, sizeof head};
    return bytes.substr(0, 15) == "SQLite format 3" && number_at(bytes, 68) == kApplicationId &&
           number_at(bytes, 60) <= known_schema();
}

}  // namespace

Result<std::optional<UpgradeBackup>> back_up_before_upgrade(
    const fs::path& database, const fs::path& folder, TimePoint now
) {
    std::error_code ignored;
    const auto bytes = fs::file_size(database, ignored);
    if (ignored || bytes == 0) return std::nullopt;
    // What cannot be read has no schema, and whoever opens it for use says what is wrong.
    auto opened = Connection::open(database, Connection::Mode::read);
    const auto schema = opened ? read_schema(**opened) : 0;
    if (schema == 0 || schema >= known_schema()) return std::nullopt;
    const auto file = folder / name_of(now, schema);
    auto done = make_directory(folder, 0700);
    if (done) done = copy_to(**opened, file);
    if (!done) return explain(done.error(), schema, folder);
    keep_newest(folder, file.filename());
    return UpgradeBackup{file, schema};
}

std::optional<fs::path> find_readable_backup(const fs::path& folder) {
    std::error_code ignored;
    std::optional<fs::path> newest;
    fs::file_time_type newest_time;
    for (const auto& entry : fs::directory_iterator{folder, ignored}) {
        const auto time = entry.last_write_time(ignored);
        if (entry.path().extension() != ".db" || !is_readable(entry.path())) continue;
        if (newest && time <= newest_time) continue;
        newest = entry.path();
        newest_time = time;
    }
    return newest;
}

}  // namespace triphammer::store
