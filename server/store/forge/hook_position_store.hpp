#pragma once
// `hook_positions`: how far the forge's log of a hook's deliveries was read. Times are the forge's.

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct HookPosition {
    TimePoint since;       // nothing earlier counts
    TimePoint read_until;  // everything until then is kept, or will never be
};

std::optional<HookPosition> find_hook_position(Connection& db, std::string_view hook);
/// Of a hook that is asked for the first time, or was given to another registration.
void begin_hook_position(Transaction& tx, std::string_view hook, TimePoint since);
/// Never back.
void move_hook_position(Transaction& tx, std::string_view hook, TimePoint read_until);

/// Those of `guids` that were not accepted for the hook, in their order.
std::vector<std::string> list_unknown_deliveries(
    Connection& db, std::string_view hook, const std::vector<std::string>& guids
);

}  // namespace triphammer::store
