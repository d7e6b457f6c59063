#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "store/sqlite/transaction.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace triphammer::store {

/// `open`: the file is not a database of ours or its head is damaged (exit status 4).
inline constexpr Code kDamaged = Code::protocol;
/// `open`: a newer release wrote it (exit status 6). Nothing was changed.
inline constexpr Code kNewerSchema = Code::refused;

struct Options {
    /// False: inline mode. Everything runs on the caller's thread, with one connection: for the
    /// command line without a daemon and for the simulation.
    bool threads = true;
    int readers = 2;
    /// Beyond this the log is moved into the database even under load.
    std::uint64_t wal_limit_bytes = 8U << 20U;
};

/// The one database: a writer connection on a thread of its own, readers on theirs.
///
/// Group commit forms by itself: what arrives while a commit is under way is committed together
/// next, each piece of work in a savepoint of its own, and the awaiting coroutines resume (on their
/// own executors) after that commit is on the disk. There is no timer: a lone write pays one sync;
/// only after a batch does the next one wait, for at most an eighth of a commit's time, until as
/// many have come back.
///
/// A piece of work is a plain callable `Result<T>(Transaction&)` or `Result<T>(Connection&)`. It
/// runs on another thread, so it owns what it uses (or refers to what outlives the await, as locals
/// of the awaiting coroutine do), never waits and never touches the network.
/// Errors of every call besides the work's own: Code::disk_full, Code::io; after either nothing of
/// the piece is kept, and later calls work again once the cause is gone.
class Database {
  public:
    /// Creates the file (0600) where there is none and brings its schema up to date.
    /// Errors: kDamaged, kNewerSchema, or what the system said. The clock must outlive it.
    static Result<std::unique_ptr<Database>> open(
        const std::filesystem::path& path, const Clock& clock, Options options
    );

    /// Finishes what was handed over, moves the log into the database, joins.
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// `auto done = db.write(std::move(work)); auto result = co_await std::move(done);`
    /// Name the work first: g++ 12 destroys closure temporaries of a co_await twice.
    template <class Work>
    auto write(Work work) -> Task<std::invoke_result_t<Work&, Transaction&>> {
        std::optional<std::invoke_result_t<Work&, Transaction&>> out;
        WriteWork erased = [&out, &work](Transaction& tx) { return store_into(out, work(tx)); };
        auto done = run_write(erased);
        auto failure = co_await std::move(done);
        if (failure) co_return std::move(*failure);
        co_return std::move(*out);
    }

    template <class Work>
    auto read(Work work) -> Task<std::invoke_result_t<Work&, Connection&>> {
        std::optional<std::invoke_result_t<Work&, Connection&>> out;
        ReadWork erased = [&out, &work](Connection& db) { return store_into(out, work(db)); };
        auto done = run_read(erased);
        auto failure = co_await std::move(done);
        if (failure) co_return std::move(*failure);
        co_return std::move(*out);
    }

    /// At once, on the caller's thread. Inline mode only: else std::logic_error.
    template <class Work>
    auto write_now(Work work) -> std::invoke_result_t<Work&, Transaction&> {
        std::optional<std::invoke_result_t<Work&, Transaction&>> out;
        WriteWork erased = [&out, &work](Transaction& tx) { return store_into(out, work(tx)); };
        if (auto failure = write_inline(erased)) return std::move(*failure);
        return std::move(*out);
    }

    template <class Work>
    auto read_now(Work work) -> std::invoke_result_t<Work&, Connection&> {
        std::optional<std::invoke_result_t<Work&, Connection&>> out;
        ReadWork erased = [&out, &work](Connection& db) { return store_into(out, work(db)); };
        if (auto failure = read_inline(erased)) return std::move(*failure);
        return std::move(*out);
    }

    /// Called after each commit that wrote `changes`, behind those who waited for it, on the writer
    /// thread (in inline mode on the caller's): it posts and returns. Set before the first write.
    void on_changes(std::function<void(const ChangeNews&)> callback);

    /// Size of the write-ahead log in bytes, for metrics. Any thread.
    std::uint64_t wal_bytes() const;

    using Failure = std::optional<Error>;
    using WriteWork = std::function<Failure(Transaction&)>;
    using ReadWork = std::function<Failure(Connection&)>;

  private:
    struct Parts;
    explicit Database(std::unique_ptr<Parts> parts);

    template <class T>
    static Failure store_into(std::optional<Result<T>>& out, Result<T> result) {
        out.emplace(std::move(result));
        if (out->has_error()) return out->error();
        return {};
    }

    Task<Failure> run_write(const WriteWork& work);
    Task<Failure> run_read(const ReadWork& work);
    Failure write_inline(const WriteWork& work);
    Failure read_inline(const ReadWork& work);

    std::unique_ptr<Parts> parts_;
};

}  // namespace triphammer::store
