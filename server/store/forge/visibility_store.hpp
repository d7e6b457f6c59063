#pragma once
// `repositories.is_private`: what the forge last said in a signed delivery.

#include "store/sqlite/transaction.hpp"

namespace triphammer::store {

/// True also where nobody knows.
bool is_private(Connection& db, model::RepositoryId repository);
void set_private(Transaction& tx, model::RepositoryId repository, bool is_private);

}  // namespace triphammer::store
