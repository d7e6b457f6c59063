#pragma once
// Concurrency groups that are held and waited for in a circle: run 7 has 'a' and waits for 'b',
// which run 8 has that waits for 'a'. Nobody in it can ever go on.

#include "queue/groups.hpp"

#include <string>

namespace triphammer::queue {

/// Cancels a job that has come to wait for `group` and would wait for ever. Every circle is closed
/// by who comes last, so that looking then is enough; call it when `make_room` is done.
Result<> break_circle(store::Transaction& tx, const Member& member, const std::string& group);

}  // namespace triphammer::queue
