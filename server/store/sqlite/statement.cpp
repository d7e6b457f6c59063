#include "store/sqlite/statement.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <functional>
#include <unordered_map>
#include <utility>

namespace triphammer::store {

namespace {

Code code_of(::sqlite3* handle, int code) {
    const int primary = code & 0xff;
    if (primary == SQLITE_FULL) return Code::disk_full;
    if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) return Code::unavailable;
    if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) return Code::protocol;
    if (primary != SQLITE_IOERR && primary != SQLITE_CANTOPEN) return Code::internal;
    const int system = ::sqlite3_system_errno(handle);
    return system == ENOSPC || system == EDQUOT ? Code::disk_full : Code::io;
}

}  // namespace

Error sql_error(::sqlite3* handle, int code, const std::string& what) {
    return {code_of(handle, code), what + ": " + ::sqlite3_errmsg(handle)};
}

void throw_sql_error(::sqlite3* handle, int code, const std::string& what) {
    throw SqlFailure{sql_error(handle, code, what)};
}

Statement::Statement(Statement&& other) noexcept
    : statement_{std::exchange(other.statement_, nullptr)},
      busy_{std::exchange(other.busy_, nullptr)},
      parameter_{other.parameter_},
      column_{other.column_} {}

Statement::~Statement() {
    if (statement_ == nullptr) return;
    if (busy_ == nullptr) {
        ::sqlite3_finalize(statement_);
        return;
    }
    ::sqlite3_reset(statement_);
    ::sqlite3_clear_bindings(statement_);
    *busy_ = false;
}

bool Statement::step() {
    const int code = ::sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    throw_sql_error(::sqlite3_db_handle(statement_), code, "database");
}

std::int64_t Statement::run() {
    while (step()) {
    }
    return ::sqlite3_changes64(::sqlite3_db_handle(statement_));
}

void Statement::bind_null() {
    bind_checked(::sqlite3_bind_null(statement_, ++parameter_));
}

void Statement::bind_integer(std::int64_t value) {
    bind_checked(::sqlite3_bind_int64(statement_, ++parameter_, value));
}

void Statement::bind_text(std::string_view value) {
    // A null pointer would be NULL, which is not the empty text.
    const char* bytes = value.data() == nullptr ? "" : value.data();
    bind_checked(::sqlite3_bind_text64(
        statement_, ++parameter_, bytes, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8
    ));
}

void Statement::bind_blob(std::string_view value) {
    const char* bytes = value.data() == nullptr ? "" : value.data();
    bind_checked(::sqlite3_bind_blob64(statement_, ++parameter_, bytes, value.size(), SQLITE_STATIC)
    );
}

void Statement::bind_checked(int code) {
    if (code != SQLITE_OK) throw_sql_error(::sqlite3_db_handle(statement_), code, "bind");
}

bool Statement::column_is_null() const {
    return ::sqlite3_column_type(statement_, column_) == SQLITE_NULL;
}

std::int64_t Statement::read_integer() {
    return ::sqlite3_column_int64(statement_, column_++);
}

std::string_view Statement::read_text() {
    const auto* bytes = static_cast<const char*>(::sqlite3_column_blob(statement_, column_));
    const auto size = ::sqlite3_column_bytes(statement_, column_++);
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(size)};
}

void Statement::throw_unknown_name(std::string_view name) {
    const auto* column = ::sqlite3_column_name(statement_, column_ - 1);
    throw SqlFailure{
        {Code::internal,
         "database: column " + std::string{column} + " holds an unknown name '" +
             std::string{name} + "'"}};
}

struct StatementCache::Entries {
    struct Entry {
        ::sqlite3_stmt* statement = nullptr;
        bool busy = false;
    };

    struct Hash {
        using is_transparent = void;

        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };

    // Node-based: a guard keeps a pointer to `busy`.
    std::unordered_map<std::string, Entry, Hash, std::equal_to<>> by_text;
};

StatementCache::StatementCache(::sqlite3* handle)
    : handle_{handle}, entries_{std::make_unique<Entries>()} {}

StatementCache::~StatementCache() {
    for (auto& [text, entry] : entries_->by_text) ::sqlite3_finalize(entry.statement);
}

Statement StatementCache::take(std::string_view sql) {
    auto found = entries_->by_text.find(sql);
    if (found == entries_->by_text.end()) {
        auto* prepared = prepare(sql);
        found = entries_->by_text.emplace(std::string{sql}, Entries::Entry{prepared, false}).first;
    }
    auto& entry = found->second;
    if (entry.busy) return Statement{prepare(sql), nullptr};
    entry.busy = true;
    return Statement{entry.statement, &entry.busy};
}

::sqlite3_stmt* StatementCache::prepare(std::string_view sql) const {
    ::sqlite3_stmt* statement = nullptr;
    const int code = ::sqlite3_prepare_v3(
        handle_,
        sql.data(),
        static_cast<int>(sql.size()),
        SQLITE_PREPARE_PERSISTENT,
        &statement,
        nullptr
    );
    if (code != SQLITE_OK) throw_sql_error(handle_, code, "prepare");
    return statement;
}

}  // namespace triphammer::store
