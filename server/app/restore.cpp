#include "app/restore.hpp"

#include "app/run_here.hpp"
#include "base/text.hpp"
#include "store/people/audit_store.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/sqlite/backup.hpp"
#include "store/sqlite/writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace triphammer::app {

namespace {

namespace fs = std::filesystem;

constexpr const char* kParts[] = {"", "-wal", "-shm"};

StartError unusable(const Error& error) {
    auto status = StartFailure::configuration;
    if (error.code == store::kNewerSchema) status = StartFailure::newer_schema;
    if (error.code == store::kDamaged) status = StartFailure::damaged;
    return {status, error.message};
}

Result<> sync_file(const fs::path& path) {
    const auto file = open_file(path, O_RDONLY);
    if (!file) return file.error();
    if (::fsync(file->get()) != 0) return from_errno("fsync " + path.string());
    return {};
}

void remove_copy(const fs::path& copy) {
    std::error_code ignored;
    for (const auto* part : kParts) fs::remove(copy.string() + part, ignored);
}

Result<> copy_part(const std::string& from, const std::string& to) {
    std::error_code failure;
    fs::copy_file(from, to, fs::copy_options::overwrite_existing, failure);
    if (failure) return from_errno("copy " + from, failure.value());
    fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write, failure);
    return sync_file(to);
}

/// SQLite takes an empty file for a new database, which would be an empty server.
Result<> check_filled(const fs::path& backup) {
    std::error_code failure;
    const auto bytes = fs::file_size(backup, failure);
    if (failure) return from_errno("read " + backup.string(), failure.value());
    if (bytes > 0) return {};
    return Error{
        store::kDamaged, backup.string() + " is empty: it was never finished; take another backup"};
}

/// A copy, because whoever opens a database may change it: 0600, and on disk. What was committed
/// may still lie in the log beside it (triphammer.db.replaced of a daemon that was killed); a log
/// that an earlier attempt left beside the copy belongs to another database.
Result<> make_copy(const fs::path& from, const fs::path& to) {
    if (auto filled = check_filled(from); !filled) return filled;
    remove_copy(to);
    if (auto copied = copy_part(from, to); !copied) return copied;
    std::error_code ignored;
    const auto log = from.string() + "-wal";
    if (!fs::exists(log, ignored)) return {};
    return copy_part(log, to.string() + "-wal");
}

/// Folders of attempts outlive what the database knows of them.
std::int64_t highest_folder(const fs::path& run) {
    std::int64_t out = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator{run, ignored}) {
        out = std::max(out, parse_integer(entry.path().filename().string()).value_or(0));
    }
    return out;
}

/// Zero where the database in use cannot be read: that may be why it is replaced. Its schema stays
/// what it is, an older or a newer one.
std::int64_t last_fence(const fs::path& database) {
    const auto opened = store::Connection::open(database, store::Connection::Mode::read);
    std::int64_t found = 0;
    if (!opened) return found;
    store::attempt([&]() -> store::Database::Failure {
        found = store::last_fence(**opened);
        return {};
    });
    return found;
}

/// Opens it as the daemon would, which brings an older one up to date.
Result<> prepare(
    const fs::path& database, std::int64_t fence, const fs::path& backup, const Clock& clock
) {
    auto opened = store::Database::open(database, clock, {});
    if (!opened) return opened.error();
    const auto check = [](store::Connection& db) { return store::check_whole(db); };
    if (auto whole = run_here((*opened)->read(check)); !whole) return whole;
    const auto raise = [&](store::Transaction& tx) -> Result<> {
        store::raise_fences(tx, fence);
        const auto who = "socket:" + std::to_string(::getuid());
        store::append_audit(tx, {who, who, "unix"}, {"server.restore", backup.string()});
        return {};
    };
    return run_here((*opened)->write(raise));
}

Result<> move(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) == 0 || errno == ENOENT) return {};
    return from_errno("rename " + from);
}

/// The database's own file goes first: while none is there a daemon refuses to start
/// (open_database), and what an earlier attempt has put aside stays what was replaced.
Result<> put_in_place(const fs::path& copy, const fs::path& database) {
    const auto old = database.string() + ".replaced";
    std::error_code ignored;
    if (fs::exists(database, ignored)) remove_copy(old);
    for (const auto* part : kParts) {
        if (auto moved = move(database.string() + part, old + part); !moved) return moved;
    }
    // It names a row of the audit that was replaced, too.
    const auto head = (database.parent_path() / "audit-head").string();
    if (auto moved = move(head, head + ".replaced"); !moved) return moved;
    if (auto moved = move(copy.string(), database.string()); !moved) return moved;
    return sync_file(database.parent_path());
}

/// A folder of its own below TMPDIR, gone at the end.
class Workplace {
  public:
    Workplace() {
        std::error_code none;
        const auto folder = fs::temp_directory_path(none);
        path_ = ((none ? fs::path{"/tmp"} : folder) / "triphammer-check-XXXXXX").string();
        is_made_ = ::mkdtemp(path_.data()) != nullptr;
    }

    Workplace(const Workplace&) = delete;
    Workplace& operator=(const Workplace&) = delete;

    ~Workplace() {
        std::error_code ignored;
        if (is_made_) fs::remove_all(path_, ignored);
    }

    bool is_made() const { return is_made_; }

    fs::path path() const { return path_; }

  private:
    std::string path_;
    bool is_made_ = false;
};

}  // namespace

StartResult<> check_backup(const fs::path& backup) {
    const Workplace place;
    if (!place.is_made()) {
        return unusable(
            from_errno("no folder can be made in " + place.path().parent_path().string())
        );
    }
    const SystemClock clock;
    const auto copy = place.path() / "backup.db";
    auto done = make_copy(backup, copy);
    if (done) done = prepare(copy, 0, backup, clock);
    if (!done) return unusable(done.error());
    return {};
}

StartResult<> restore(const Config& config, const fs::path& backup) {
    if (auto made = make_directory(config.data, 0700); !made) return unusable(made.error());
    const auto lock = lock_file(config.data / "lock");
    if (!lock) {
        return StartError{
            StartFailure::in_use,
            config.data.string() + " is in use; stop the daemon first (systemctl stop triphammer)"};
    }
    const SystemClock clock;
    const auto database = config.data / "triphammer.db";
    const auto copy = config.data / "triphammer.db.restoring";
    std::error_code ignored;
    if (fs::equivalent(backup, copy, ignored)) {
        return unusable(invalid(
            backup.string() + " is what a restore that died has left; name the backup itself"
        ));
    }
    const auto fence = std::max(last_fence(database), highest_folder(config.run_directory()));
    auto done = make_copy(backup, copy);
    if (done) done = prepare(copy, fence, backup, clock);
    if (done) done = store::pack(copy);
    if (done) done = put_in_place(copy, database);
    remove_copy(copy);
    if (!done) return unusable(done.error());
    return {};
}

}  // namespace triphammer::app
