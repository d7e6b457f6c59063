#include "store/sqlite/writer.hpp"

#include "base/log.hpp"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <iterator>

namespace triphammer::store {

using namespace std::chrono_literals;
using Failure = Database::Failure;

namespace {

// A log smaller than this is not worth two syncs in a quiet moment.
constexpr std::uint64_t kWorthwhileBytes = 1U << 20U;
constexpr auto kQuiet = 200ms;
// So that a flood cannot make those at its head wait for its tail.
constexpr std::size_t kMaxBatch = 512;
// The part of a commit's time that the next batch may take to gather.
constexpr int kPatience = 8;

void roll_back(Connection& connection) {
    if (connection.in_transaction()) connection.prepare("ROLLBACK").run();
}

}  // namespace

Failure attempt(const std::function<Failure()>& work) {
    try {
        return work();
    } catch (const SqlFailure& failure) {
        return failure.error();
    } catch (const std::exception& bug) {
        return Error{Code::internal, bug.what()};
    }
}

Writer::Writer(std::unique_ptr<Connection> connection, const Clock& clock, std::uint64_t wal_limit)
    : connection_{std::move(connection)}, clock_{clock}, wal_limit_{wal_limit} {
    const auto page = connection_->prepare("PRAGMA page_size").find<std::uint64_t>();
    page_bytes_ = page.value_or(4096);
    connection_->execute("PRAGMA journal_size_limit = " + std::to_string(wal_limit));
}

void Writer::commit(std::vector<Piece>& batch, const std::function<std::vector<Piece>()>& late) {
    news_ = {};
    auto failure = attempt([&]() -> Failure {
        connection_->prepare("BEGIN IMMEDIATE").run();
        if (auto closed = run_pieces(batch, 0)) return closed;
        const auto first = batch.size();
        // One that was alone and failed has no savepoint to go back to.
        const bool may_follow = first > 1 || !batch.front().failure;
        if (late && may_follow) std::ranges::move(late(), std::back_inserter(batch));
        if (auto closed = run_pieces(batch, first)) return closed;
        return finish(batch);
    });
    note_log();
    if (!failure) return;
    news_ = {};
    attempt([&]() -> Failure { return roll_back(*connection_), Failure{}; });
    for (auto& piece : batch) {
        if (!piece.failure) piece.failure = failure;
    }
}

/// A failure only when one of them closed the transaction.
Failure Writer::run_pieces(std::vector<Piece>& batch, std::size_t first) {
    const bool alone = batch.size() == 1;
    for (auto at = first; at < batch.size(); ++at) {
        run_piece(batch[at], alone);
        if (!connection_->in_transaction()) return batch[at].failure;
    }
    return {};
}

void Writer::tell_changes() {
    const auto news = std::exchange(news_, {});
    if (news.last != 0 && on_changes) on_changes(news);
}

Failure Writer::finish(const std::vector<Piece>& batch) {
    const bool all_failed = std::all_of(batch.begin(), batch.end(), [](const Piece& piece) {
        return piece.failure.has_value();
    });
    connection_->prepare(all_failed ? "ROLLBACK" : "COMMIT").run();
    return {};
}

void Writer::run_piece(Piece& piece, bool alone) {
    // A piece alone in its transaction needs no savepoint: its failure rolls back everything.
    if (!alone) connection_->prepare("SAVEPOINT piece").run();
    Transaction tx{*connection_, clock_.now()};
    piece.failure = attempt([&]() -> Failure { return (*piece.work)(tx); });
    if (!connection_->in_transaction()) {
        if (!piece.failure) piece.failure = Error{Code::internal, "the transaction was closed"};
        return;
    }
    if (!alone && piece.failure) connection_->prepare("ROLLBACK TO piece").run();
    if (!alone) connection_->prepare("RELEASE piece").run();
    if (piece.failure) return;
    news_.last = std::max(news_.last, tx.news().last);
    news_.has_work = news_.has_work || tx.news().has_work;
}

void Writer::checkpoint_if_long() {
    if (wal_bytes() > wal_limit_) checkpoint(wal_bytes() > 8 * wal_limit_);
}

bool Writer::has_quiet_work() const {
    return is_log_worth_moving() || !is_log_lengthened_;
}

void Writer::work_in_quiet() {
    if (is_log_worth_moving()) checkpoint(false);
    if (!is_log_lengthened_) lengthen_log();
}

bool Writer::is_log_worth_moving() const {
    return wal_bytes() > kWorthwhileBytes;
}

void Writer::checkpoint_at_end() {
    checkpoint(true);
}

void Writer::checkpoint(bool blocking) {
    auto failure =
        attempt([&]() -> Failure { return connection_->checkpoint(blocking), Failure{}; });
    // Said once: on a full disk every commit would say it again.
    if (failure && !is_log_stuck_) {
        log::warning("the database's log cannot be moved", {{"error", failure->message}});
    }
    is_log_stuck_ = failure.has_value();
    if (blocking) is_log_lengthened_ = false;  // it cut the file
    note_log();
}

/// Without it everything works too: a disk that has no room for it is told of by what needs room.
void Writer::lengthen_log() {
    is_log_lengthened_ = true;
    connection_->lengthen_log(wal_limit_);
}

void Writer::note_log() {
    const auto pages = static_cast<std::uint64_t>(connection_->wal_pages());
    wal_bytes_.store(pages * page_bytes_, std::memory_order_relaxed);
}

WriterThread::WriterThread(Writer& writer) : writer_{writer}, thread_{[this] { loop(); }} {
    ::pthread_setname_np(thread_.native_handle(), "store-writer");
}

WriterThread::~WriterThread() {
    {
        std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void WriterThread::put(Piece piece) {
    {
        std::lock_guard lock{mutex_};
        queue_.push_back(std::move(piece));
        if (queue_.size() != 1 && queue_.size() != expected_) return;
    }
    wake_.notify_one();
}

void WriterThread::loop() {
    for (;;) {
        auto batch = wait_for_batch();
        if (batch.empty()) return;
        const auto begin = std::chrono::steady_clock::now();
        writer_.commit(batch, [this] { return take_late(); });
        patience_ = (std::chrono::steady_clock::now() - begin) / kPatience;
        // First those who wait for this commit, then those who follow all of them.
        for (auto& piece : batch) piece.done(std::move(piece.failure));
        writer_.tell_changes();
        writer_.checkpoint_if_long();
    }
}

/// Empty: stopping, and nothing is left.
std::vector<Piece> WriterThread::wait_for_batch() {
    std::unique_lock lock{mutex_};
    wait_for_first(lock);
    // Those that were answered together come back together: the first of them is not worth a sync
    // of its own. One that is alone waits for nobody.
    const auto all_back = [this] { return queue_.size() >= expected_ || stopping_; };
    wake_.wait_for(lock, patience_, all_back);
    const auto count = std::min(queue_.size(), kMaxBatch);
    expected_ = count;
    if (count == queue_.size()) return std::exchange(queue_, {});
    const auto cut = queue_.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<Piece> batch{std::move_iterator{queue_.begin()}, std::move_iterator{cut}};
    queue_.erase(queue_.begin(), cut);
    return batch;
}

/// Put while the batch ran: the claim behind a job's end, for one, comes so soon after it.
std::vector<Piece> WriterThread::take_late() {
    const std::lock_guard lock{mutex_};
    if (queue_.size() > kMaxBatch) return {};
    return std::exchange(queue_, {});
}

void WriterThread::wait_for_first(std::unique_lock<std::mutex>& lock) {
    const auto ready = [this] { return !queue_.empty() || stopping_; };
    while (!ready()) {
        if (!writer_.has_quiet_work()) {
            wake_.wait(lock, ready);
        } else if (!wake_.wait_for(lock, kQuiet, ready)) {
            lock.unlock();
            writer_.work_in_quiet();
            lock.lock();
        }
    }
}

}  // namespace triphammer::store
