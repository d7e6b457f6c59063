#pragma once
// Rows of `changes` with the repository that each belongs to: who may hear of it.

#include "store/sqlite/change_store.hpp"

#include <vector>

namespace triphammer::store {

struct PlacedChange {
    ChangeRow change;
    model::RepositoryId repository;  // none: the server's
};

/// Oldest first.
std::vector<PlacedChange> list_placed_changes(Connection& db, std::int64_t after_seq, int limit);

}  // namespace triphammer::store
