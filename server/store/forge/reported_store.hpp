#pragma once
// What of the outbox says how reporting goes, repository by repository.

#include "store/sqlite/transaction.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

/// The contexts of its last statuses, each once.
std::vector<std::string> list_reported_contexts(Connection& db, model::RepositoryId repository);

/// Why its last message on that channel could not be told so far, or was given up; empty: it was
/// told, or there is none.
std::string last_error(Connection& db, model::RepositoryId repository, std::string_view channel);

/// Whether anything of this subject was told: as long as the outbox is kept.
bool was_message_sent(Connection& db, std::string_view channel, std::string_view subject);

}  // namespace triphammer::store
