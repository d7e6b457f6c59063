#pragma once

#include "base/clock.hpp"
#include "store/sqlite/connection.hpp"

#include <string_view>

namespace triphammer::store {

/// What a commit leaves to be read in `changes`.
struct ChangeNews {
    std::int64_t last = 0;  // seq of the last one; 0: nothing was written there
    /// Queue or outbox may have something to do.
    bool has_work = false;

    friend bool operator==(const ChangeNews&, const ChangeNews&) = default;
};

/// The right to write, handed to one piece of work on the writer thread. Goes wherever a
/// Connection& is wanted. What the piece wrote is kept when it returns a value and its commit
/// succeeds, and undone when it returns an error or throws.
class Transaction {
  public:
    Transaction(Connection& connection, TimePoint now) : connection_{connection}, now_{now} {}

    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    operator Connection&() { return connection_; }

    Statement prepare(std::string_view sql) { return connection_.prepare(sql); }

    std::int64_t last_insert_id() const { return connection_.last_insert_id(); }

    /// The time of this piece of work: every `…_at` that it writes.
    TimePoint now() const { return now_; }

    /// Told by change_store: somebody who follows `changes` has something to read.
    void note_change(std::int64_t seq, bool is_work) {
        news_.last = seq;
        news_.has_work = news_.has_work || is_work;
    }

    /// What this piece wrote so far.
    const ChangeNews& news() const { return news_; }

  private:
    Connection& connection_;
    TimePoint now_;
    ChangeNews news_;
};

}  // namespace triphammer::store
