#include "store/pending_store.hpp"

namespace triphammer::store {

std::vector<model::RepositoryId> list_due_repositories(Connection& db, TimePoint now) {
    auto query = db.prepare(
        "SELECT repository FROM deliveries WHERE outcome = 'pending' AND next_plan_at <= ? "
        "GROUP BY repository ORDER BY min(id)"
    );
    return query.bind(now).list([](Statement& row) {
        model::RepositoryId repository;
        row.read(repository);
        return repository;
    });
}

std::optional<model::DeliveryId> find_next_pending(
    Connection& db, model::RepositoryId repository, TimePoint now
) {
    auto query = db.prepare(
        "SELECT id FROM deliveries WHERE outcome = 'pending' AND repository IS ? "
        "AND next_plan_at <= ? ORDER BY id LIMIT 1"
    );
    return query.bind(repository, now).find<model::DeliveryId>();
}

std::optional<TimePoint> find_next_due_after(Connection& db, TimePoint now) {
    auto query = db.prepare(
        "SELECT next_plan_at FROM deliveries WHERE outcome = 'pending' AND next_plan_at > ? "
        "ORDER BY next_plan_at LIMIT 1"
    );
    return query.bind(now).find<TimePoint>();
}

void hold_back(Transaction& tx, model::RepositoryId repository, TimePoint until) {
    auto update = tx.prepare(
        "UPDATE deliveries SET next_plan_at = max(next_plan_at, ?) "
        "WHERE outcome = 'pending' AND repository IS ?"
    );
    update.bind(until, repository).run();
}

}  // namespace triphammer::store
