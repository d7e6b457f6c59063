#pragma once
// Prepared statements: values are bound in order, columns are read in order, every code is checked.

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/ids.hpp"
#include "model/states.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace triphammer::store {

/// What SQLite refused inside a piece of work. It is thrown, because it always means the same: this
/// piece is rolled back and its caller gets the Error (store/writer.cpp is the one place that
/// catches). Code::disk_full, Code::io, or Code::internal for a broken constraint.
class SqlFailure : public std::runtime_error {
  public:
    explicit SqlFailure(Error error)
        : std::runtime_error(error.message), error_{std::move(error)} {}

    const Error& error() const { return error_; }

  private:
    Error error_;
};

/// The Error of the last failure on this connection; `what` names the attempt.
Error sql_error(::sqlite3* handle, int code, const std::string& what);
[[noreturn]] void throw_sql_error(::sqlite3* handle, int code, const std::string& what);

/// Bytes as a BLOB. Not copied: they must live until the statement was run.
struct Blob {
    std::string_view bytes;
};

class StatementCache;

template <class T>
struct IsOptional : std::false_type {};

template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
struct IsId : std::false_type {};

template <class Tag>
struct IsId<model::Id<Tag>> : std::true_type {};

/// A guard around a prepared statement; at its end the statement is reset and free again.
class Statement {
  public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    /// Integers, text, Blob, TimePoint, model ids and states, optionals of them (empty: NULL).
    /// A model id of 0 ("none") is NULL. Text is copied.
    template <class... Values>
    Statement& bind(const Values&... values) {
        (bind_next(values), ...);
        return *this;
    }

    /// True: a row is there to be read.
    bool step();
    /// Steps to the end; the number of rows that it changed.
    std::int64_t run();

    /// Reads the row's columns in order, as `bind` writes them. NULL reads as 0, "" or nothing.
    template <class... Values>
    void read(Values&... values) {
        column_ = 0;
        (read_next(values), ...);
    }

    /// The first column of the only row; nothing when there is no row.
    template <class T>
    std::optional<T> find() {
        if (!step()) return {};
        T value{};
        read(value);
        run();
        return value;
    }

    /// All rows, each read by `read_row(Statement&)`.
    template <class ReadRow>
    auto list(ReadRow read_row) {
        std::vector<std::decay_t<decltype(read_row(*this))>> rows;
        while (step()) rows.push_back(read_row(*this));
        return rows;
    }

    /// The first row; nothing when there is none.
    template <class ReadRow>
    auto find_row(ReadRow read_row) -> std::optional<std::decay_t<decltype(read_row(*this))>> {
        if (!step()) return {};
        auto row = read_row(*this);
        run();
        return row;
    }

  private:
    friend class StatementCache;

    Statement(::sqlite3_stmt* statement, bool* busy) : statement_{statement}, busy_{busy} {}

    void bind_null();
    void bind_integer(std::int64_t value);
    void bind_text(std::string_view value);
    void bind_blob(std::string_view value);
    void bind_checked(int code);
    bool column_is_null() const;
    std::int64_t read_integer();
    std::string_view read_text();
    [[noreturn]] void throw_unknown_name(std::string_view name);

    template <class T>
    void bind_next(const T& value) {
        if constexpr (std::is_integral_v<T>) {
            bind_integer(static_cast<std::int64_t>(value));
        } else if constexpr (std::is_enum_v<T>) {
            bind_text(model::name_of(value));
        } else if constexpr (IsId<T>::value) {
            value ? bind_integer(value.value) : bind_null();
        } else if constexpr (IsOptional<T>::value) {
            value ? bind_next(*value) : bind_null();
        } else if constexpr (std::is_same_v<T, TimePoint>) {
            bind_integer(to_unix_ms(value));
        } else if constexpr (std::is_same_v<T, Blob>) {
            bind_blob(value.bytes);
        } else {
            bind_text(std::string_view{value});
        }
    }

    template <class T>
    void read_next(T& out) {
        if constexpr (std::is_same_v<T, bool>) {
            out = read_integer() != 0;
        } else if constexpr (std::is_integral_v<T>) {
            out = static_cast<T>(read_integer());
        } else if constexpr (std::is_enum_v<T>) {
            const auto name = read_text();
            const auto state = model::parse_state<T>(name);
            if (!state) throw_unknown_name(name);
            out = *state;
        } else if constexpr (IsId<T>::value) {
            out.value = read_integer();
        } else if constexpr (IsOptional<T>::value) {
            out.reset();
            if (column_is_null()) {
                ++column_;
            } else {
                read_next(out.emplace());
            }
        } else if constexpr (std::is_same_v<T, TimePoint>) {
            out = from_unix_ms(read_integer());
        } else {
            out = read_text();
        }
    }

    ::sqlite3_stmt* statement_;
    bool* busy_;  // the cache's mark; null for a statement outside the cache
    int parameter_ = 0;
    int column_ = 0;
};

/// The prepared statements of one connection, by their text.
class StatementCache {
  public:
    explicit StatementCache(::sqlite3* handle);
    ~StatementCache();
    StatementCache(const StatementCache&) = delete;
    StatementCache& operator=(const StatementCache&) = delete;

    Statement take(std::string_view sql);

  private:
    struct Entries;
    ::sqlite3_stmt* prepare(std::string_view sql) const;

    ::sqlite3* handle_;
    std::unique_ptr<Entries> entries_;
};

}  // namespace triphammer::store
