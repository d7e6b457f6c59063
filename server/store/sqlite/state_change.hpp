#pragma once
// What every change of a state leaves behind: its row in `changes` and its counters.

#include "store/sqlite/change_store.hpp"
#include "store/sqlite/meta_store.hpp"

namespace triphammer::store {

/// `subject` in the singular; its counters are <subject>s.<state> ("deliveries" for delivery).
inline void record_state(Transaction& tx, const NewChange& change) {
    const bool is_delivery = change.subject == "delivery";
    const std::string noun =
        is_delivery ? std::string{"deliveries"} : std::string{change.subject} + "s";
    count_move(tx, noun, change.from_state, change.to_state);
    append_change(tx, change);
}

}  // namespace triphammer::store
