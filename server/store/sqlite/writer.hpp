#pragma once

#include "store/sqlite/database.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace triphammer::store {

/// Runs `work`; what it throws becomes an Error. The one place where SqlFailure is caught.
Database::Failure attempt(const std::function<Database::Failure()>& work);

/// One piece of work on its way to a commit.
struct Piece {
    const Database::WriteWork* work = nullptr;  // lives until `done` was called
    std::function<void(Database::Failure)> done;
    Database::Failure failure;
};

/// The writer connection: commits batches, keeps the log short and its file long. One thread at a
/// time.
///
/// The file is filled ahead with zeros up to the log's limit and then written over and over: a sync
/// that need not tell the file system of a new length takes half as long.
class Writer {
  public:
    Writer(std::unique_ptr<Connection> connection, const Clock& clock, std::uint64_t wal_limit);

    /// All pieces in one transaction, each in a savepoint; sets `failure` of those that failed.
    /// What `late` gives when they have run becomes part of the batch: it shares the sync.
    void commit(std::vector<Piece>& batch, const std::function<std::vector<Piece>()>& late = {});
    /// After a commit: `on_changes`, when it wrote changes.
    void tell_changes();
    /// After a commit: when the log is over its limit.
    void checkpoint_if_long();
    bool has_quiet_work() const;
    /// With nothing else to do: moves the log, lengthens its file.
    void work_in_quiet();
    void checkpoint_at_end();

    std::uint64_t wal_bytes() const { return wal_bytes_.load(std::memory_order_relaxed); }

    Connection& connection() { return *connection_; }

    std::function<void(const ChangeNews&)> on_changes;

  private:
    Database::Failure run_pieces(std::vector<Piece>& batch, std::size_t first);
    Database::Failure finish(const std::vector<Piece>& batch);
    void run_piece(Piece& piece, bool alone);
    bool is_log_worth_moving() const;
    void checkpoint(bool blocking);
    void lengthen_log();
    void note_log();

    std::unique_ptr<Connection> connection_;
    const Clock& clock_;
    std::uint64_t wal_limit_;
    std::uint64_t page_bytes_;
    bool is_log_stuck_ = false;
    bool is_log_lengthened_ = false;  // tried, at least
    ChangeNews news_;                 // of the last commit, not told yet
    std::atomic<std::uint64_t> wal_bytes_{0};
};

/// A queue in front of a Writer and the thread that empties it. What is put while a commit is under
/// way is the next batch.
class WriterThread {
  public:
    explicit WriterThread(Writer& writer);
    /// Finishes what was put, joins.
    ~WriterThread();
    WriterThread(const WriterThread&) = delete;
    WriterThread& operator=(const WriterThread&) = delete;

    /// `piece.done` is called on the writer thread, after the commit.
    void put(Piece piece);

  private:
    void loop();
    std::vector<Piece> wait_for_batch();
    void wait_for_first(std::unique_lock<std::mutex>& lock);
    std::vector<Piece> take_late();

    Writer& writer_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Piece> queue_;
    std::size_t expected_ = 1;  // pieces of the batch before
    std::chrono::steady_clock::duration patience_{0};
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace triphammer::store
