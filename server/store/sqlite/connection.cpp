#include "store/sqlite/connection.hpp"

#include <sqlite3.h>

namespace triphammer::store {

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& path, Mode mode) {
    ::sqlite3* handle = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = ::sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
    std::unique_ptr<Connection> connection{new Connection{handle}};
    if (code != SQLITE_OK) return sql_error(handle, code, "open " + path.string());
    std::error_code ignored;
    // So that free pages can be given back (retention_store.hpp): can only be said of a new file.
    if (mode == Mode::write && std::filesystem::file_size(path, ignored) == 0) {
        ::sqlite3_exec(handle, "PRAGMA auto_vacuum = INCREMENTAL", nullptr, nullptr, nullptr);
    }
    if (auto ready = connection->configure(mode); !ready) {
        return with_context(path.string(), ready.error());
    }
    return connection;
}

Connection::Connection(::sqlite3* handle)
    : handle_{handle}, cache_{std::make_unique<StatementCache>(handle)} {}

Connection::~Connection() {
    cache_.reset();
    ::sqlite3_close(handle_);
}

Result<> Connection::configure(Mode mode) {
    ::sqlite3_busy_timeout(handle_, 5000);
    ::sqlite3_wal_hook(handle_, &Connection::on_wal_commit, this);
    // After wal_hook: the writer moves the log itself (store/writer.cpp), so no inline checkpoint.
    std::string settings =
        "PRAGMA journal_mode = WAL;"
        "PRAGMA synchronous = FULL;"
        "PRAGMA foreign_keys = ON;"
        "PRAGMA trusted_schema = OFF;"
        "PRAGMA temp_store = MEMORY;";
    if (mode == Mode::read) settings += "PRAGMA query_only = ON;";
    const int code = ::sqlite3_exec(handle_, settings.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return sql_error(handle_, code, "open");
    return {};
}

int Connection::on_wal_commit(void* self, ::sqlite3*, const char*, int pages) {
    static_cast<Connection*>(self)->wal_pages_ = pages;
    return SQLITE_OK;
}

Statement Connection::prepare(std::string_view sql) {
    return cache_->take(sql);
}

void Connection::execute(const std::string& sql) {
    const int code = ::sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) throw_sql_error(handle_, code, "database");
}

bool Connection::in_transaction() const {
    return ::sqlite3_get_autocommit(handle_) == 0;
}

std::int64_t Connection::last_insert_id() const {
    return ::sqlite3_last_insert_rowid(handle_);
}

std::int64_t Connection::changed_rows() const {
    return ::sqlite3_changes64(handle_);
}

void Connection::checkpoint(bool blocking) {
    int in_log = 0;
    int moved = 0;
    const int mode = blocking ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    const int code = ::sqlite3_wal_checkpoint_v2(handle_, nullptr, mode, &in_log, &moved);
    if (code == SQLITE_BUSY) return;
    if (code != SQLITE_OK) throw_sql_error(handle_, code, "checkpoint");
    if (in_log <= moved) wal_pages_ = 0;
}

void Connection::lengthen_log(std::uint64_t bytes) {
    ::sqlite3_file* file = nullptr;
    ::sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
    if (file == nullptr || file->pMethods == nullptr) return;
    const auto& io = *file->pMethods;
    ::sqlite3_int64 length = 0;
    if (io.xFileSize(file, &length) != SQLITE_OK) return;
    const std::string zeros(64U << 10U, '\0');
    const auto wanted = static_cast<::sqlite3_int64>(bytes);
    for (auto at = length; at < wanted; at += static_cast<::sqlite3_int64>(zeros.size())) {
        if (io.xWrite(file, zeros.data(), static_cast<int>(zeros.size()), at) == SQLITE_OK)
            continue;
        io.xTruncate(file, length);
        return;
    }
    io.xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
}

}  // namespace triphammer::store
