#pragma once

#include "base/result.hpp"
#include "store/sqlite/statement.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;

namespace triphammer::store {

/// One connection to the database, used by one thread at a time. Owns its prepared statements.
/// What SQLite refuses inside a piece of work is thrown as SqlFailure (statement.hpp).
class Connection {
  public:
    enum class Mode { write, read };

    /// The file must exist. Sets WAL, full sync, foreign keys; `read` connections are query_only.
    static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& path, Mode mode);

    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// A statement from the cache, or prepared now. Back in the cache when the guard ends.
    Statement prepare(std::string_view sql);
    /// Runs one or several statements that give no rows.
    void execute(const std::string& sql);

    /// Whether a transaction is open. SQLite closes one by itself when the disk is full.
    bool in_transaction() const;
    std::int64_t last_insert_id() const;
    /// Rows that the last INSERT, UPDATE or DELETE changed.
    std::int64_t changed_rows() const;

    /// Pages in the write-ahead log after the last commit of this connection.
    int wal_pages() const { return wal_pages_; }

    /// Moves the log into the database as far as readers allow. `blocking`: waits for readers.
    void checkpoint(bool blocking);

    /// Writes zeros behind the log's end, as far as `bytes` of its file, and syncs them. SQLite
    /// takes them for no frames. Where the disk is full the file stays as long as it was.
    void lengthen_log(std::uint64_t bytes);

    ::sqlite3* handle() const { return handle_; }

  private:
    explicit Connection(::sqlite3* handle);
    Result<> configure(Mode mode);
    static int on_wal_commit(void* self, ::sqlite3* handle, const char* name, int pages);

    ::sqlite3* handle_;
    std::unique_ptr<StatementCache> cache_;
    int wal_pages_ = 0;
};

}  // namespace triphammer::store
