#include "store/forge/pending_store.hpp"

namespace triphammer::store {

namespace {

/// The repositories that have pending deliveries, each found by one step in the index: ten thousand
/// deliveries of one repository cost no more than one. The planner of SQLite would step through an
/// index of all deliveries ever.
constexpr std::string_view kWaiting =
    "WITH RECURSIVE numbered (repository) AS ("
    " SELECT min(repository) FROM deliveries INDEXED BY deliveries_pending"
    "  WHERE outcome = 'pending'"
    " UNION ALL SELECT (SELECT min(d.repository) FROM deliveries AS d INDEXED BY deliveries_pending"
    "  WHERE d.outcome = 'pending' AND d.repository > numbered.repository)"
    " FROM numbered WHERE numbered.repository IS NOT NULL), "
    "waiting (repository) AS ("
    " SELECT repository FROM numbered WHERE repository IS NOT NULL UNION ALL SELECT NULL) ";

std::string select_waiting(std::string_view rest) {
    return std::string{kWaiting} + std::string{rest};
}

}  // namespace

std::vector<model::RepositoryId> list_due_repositories(Connection& db, TimePoint now) {
    static const auto kSql = select_waiting(
        "SELECT repository, (SELECT min(d.next_plan_at) FROM deliveries AS d"
        " WHERE d.outcome = 'pending' AND d.repository IS waiting.repository) AS first "
        "FROM waiting WHERE first <= ? ORDER BY first"
    );
    auto query = db.prepare(kSql);
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
        "AND next_plan_at <= ? ORDER BY next_plan_at, id LIMIT 1"
    );
    return query.bind(repository, now).find<model::DeliveryId>();
}

std::optional<TimePoint> find_next_due_after(Connection& db, TimePoint now) {
    static const auto kSql = select_waiting(
        "SELECT min((SELECT min(d.next_plan_at) FROM deliveries AS d"
        " WHERE d.outcome = 'pending' AND d.repository IS waiting.repository"
        " AND d.next_plan_at > ?)) FROM waiting"
    );
    auto query = db.prepare(kSql);
    return query.bind(now).find<std::optional<TimePoint>>().value_or(std::nullopt);
}

void hold_back(Transaction& tx, model::RepositoryId repository, TimePoint until) {
    auto update = tx.prepare(
        "UPDATE deliveries SET next_plan_at = max(next_plan_at, ?) "
        "WHERE outcome = 'pending' AND repository IS ?"
    );
    update.bind(until, repository).run();
}

}  // namespace triphammer::store
