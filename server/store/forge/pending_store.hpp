#pragma once
// The deliveries that wait for planning, by repository: so that one repository whose host is silent
// holds nobody else up. A repository of "none" stands for deliveries of unknown repositories.

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <vector>

namespace triphammer::store {

/// Repositories that have pending deliveries that are due, the one that waits longest first.
std::vector<model::RepositoryId> list_due_repositories(Connection& db, TimePoint now);

/// The one of a repository that has been due longest: the oldest, unless it was put off.
std::optional<model::DeliveryId> find_next_pending(
    Connection& db, model::RepositoryId repository, TimePoint now
);

/// When the next one that is not due yet will be.
std::optional<TimePoint> find_next_due_after(Connection& db, TimePoint now);

/// None of the repository's is due before `until`. No attempt is counted.
void hold_back(Transaction& tx, model::RepositoryId repository, TimePoint until);

}  // namespace triphammer::store
