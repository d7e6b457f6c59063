#pragma once
// What of the outbox says how reporting goes, repository by repository.

#include "store/transaction.hpp"

#include <string>
#include <vector>

namespace triphammer::store {

/// The contexts of its last statuses, each once.
std::vector<std::string> list_reported_contexts(Connection& db, model::RepositoryId repository);

/// Why its last status could not be told so far, or was given up; empty: it was told, or there is
/// none.
std::string last_status_error(Connection& db, model::RepositoryId repository);

}  // namespace triphammer::store
