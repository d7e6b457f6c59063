#pragma once

#include "base/task_group.hpp"
#include "store/forge/delivery_store.hpp"

#include <cstdint>
#include <vector>

namespace triphammer::store {
class Database;
}

namespace triphammer::intake {

/// Refused deliveries on their way into the capped list. Nobody waits for it: what strangers send
/// may cost neither an answer nor more than a few commits a second. All calls on the logic thread.
class RefusalLog {
  public:
    /// `keep`: how many rows the list has at most. The database outlives this object.
    RefusalLog(Executor executor, store::Database& database, std::int64_t keep);

    /// Written within a second, or dropped when thousands wait already.
    void note(store::NewRefusal refusal);

    /// Writes what was noted, then ends.
    Task<> stop();

  private:
    Task<> write_all();
    Task<> write_batch();

    store::Database& database_;
    std::int64_t keep_;
    std::vector<store::NewRefusal> waiting_;
    std::uint64_t dropped_ = 0;
    bool writing_ = false;
    bool stopping_ = false;
    TaskGroup tasks_;
};

}  // namespace triphammer::intake
