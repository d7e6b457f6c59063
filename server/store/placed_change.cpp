#include "store/placed_change.hpp"

namespace triphammer::store {

namespace {

/// A query by id for each kind of thing that has a repository.
std::int64_t find_by_id(Connection& db, std::string_view sql, std::int64_t id) {
    return db.prepare(sql).bind(id).find<std::int64_t>().value_or(0);
}

model::RepositoryId place_of(Connection& db, const ChangeRow& change) {
    const bool is_run = change.subject == "run";
    if (change.run || is_run) {
        const auto run = is_run ? change.id : change.run.value;
        return {find_by_id(db, "SELECT repository FROM runs WHERE id = ?", run)};
    }
    if (change.subject == "repository") return {change.id};
    if (change.subject == "delivery") {
        return {find_by_id(db, "SELECT repository FROM deliveries WHERE id = ?", change.id)};
    }
    if (change.subject == "deployment") {
        return {find_by_id(db, "SELECT repository FROM deployments WHERE id = ?", change.id)};
    }
    return {};
}

}  // namespace

std::vector<PlacedChange> list_placed_changes(Connection& db, std::int64_t after_seq, int limit) {
    std::vector<PlacedChange> out;
    for (auto& change : list_changes(db, after_seq, limit)) {
        const auto place = place_of(db, change);
        out.push_back({std::move(change), place});
    }
    return out;
}

}  // namespace triphammer::store
