#pragma once
// Whether the queue is drained: an admin lets no job begin, what runs goes on. Kept over restarts.

#include "base/clock.hpp"
#include "store/sqlite/database.hpp"

#include <optional>
#include <string>

namespace triphammer::store {

struct Drain {
    std::string by;  // the actor
    TimePoint at;
};

std::optional<Drain> find_drain(Connection& db);
/// Why no job starts, for people.
std::string describe(const Drain& drain);
/// Both tell of it (`changes`, subject "queue"). A queue that is drained stays as it is: who was
/// first counts.
void begin_drain(Transaction& tx, const std::string& by);
void end_drain(Transaction& tx);

}  // namespace triphammer::store
