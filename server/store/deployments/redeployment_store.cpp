#include "store/deployments/redeployment_store.hpp"

namespace triphammer::store {

namespace {

model::DeploymentId read_number(Statement& row) {
    model::DeploymentId id;
    row.read(id);
    return id;
}

std::vector<DeploymentRow> find_all(Connection& db, const std::vector<model::DeploymentId>& ids) {
    std::vector<DeploymentRow> rows;
    for (const auto id : ids) rows.push_back(*find_deployment(db, id));
    return rows;
}

std::vector<DeploymentRow> list_newest(
    Connection& db,
    model::RepositoryId repository,
    std::string_view environment,
    const std::string& condition
) {
    auto query = db.prepare(
        "SELECT max(id) FROM deployments WHERE repository = ? AND environment = ?" + condition +
        " GROUP BY target ORDER BY target"
    );
    return find_all(db, query.bind(repository, environment).list(read_number));
}

}  // namespace

void insert_redeployment(Transaction& tx, const Redeployment& redeployment) {
    auto insert = tx.prepare(
        "INSERT INTO redeployments (job, kind, source, replaces, actor) VALUES (?, ?, ?, ?, ?)"
    );
    insert.bind(
        redeployment.job,
        redeployment.kind,
        redeployment.source,
        redeployment.replaces,
        redeployment.actor
    );
    insert.run();
}

std::optional<Redeployment> find_redeployment(Connection& db, model::JobId job) {
    auto query =
        db.prepare("SELECT job, kind, source, replaces, actor FROM redeployments WHERE job = ?");
    return query.bind(job).find_row([](Statement& row) {
        Redeployment found;
        row.read(found.job, found.kind, found.source, found.replaces, found.actor);
        return found;
    });
}

std::optional<model::RunId> find_open_redeployment(
    Connection& db, model::DeploymentId source, std::string_view environment
) {
    auto query = db.prepare(
        "SELECT jobs.run FROM redeployments JOIN jobs ON jobs.id = redeployments.job "
        "WHERE redeployments.source = ? AND jobs.environment = ? AND jobs.finished_at IS NULL"
    );
    return query.bind(source, environment).find<model::RunId>();
}

std::vector<DeploymentRow> list_open_sources(Connection& db) {
    auto query = db.prepare(
        "SELECT DISTINCT redeployments.source FROM redeployments "
        "JOIN jobs ON jobs.id = redeployments.job WHERE jobs.finished_at IS NULL"
    );
    return find_all(db, query.list(read_number));
}

std::vector<DeploymentRow> list_newest_of_targets(
    Connection& db, model::RepositoryId repository, std::string_view environment
) {
    return list_newest(db, repository, environment, "");
}

std::vector<DeploymentRow> list_live(
    Connection& db, model::RepositoryId repository, std::string_view environment
) {
    return list_newest(db, repository, environment, " AND state = 'succeeded'");
}

std::optional<DeploymentRow> find_good_before(
    Connection& db, const DeploymentRow& row, std::string_view digest
) {
    auto query = db.prepare(
        "SELECT id FROM deployments WHERE repository = ? AND environment = ? AND target = ? "
        "AND state = 'succeeded' AND id < ? AND digest <> ? AND digest <> '' "
        "ORDER BY id DESC LIMIT 1"
    );
    query.bind(row.repository, row.environment, row.target, row.id, digest);
    const auto id = query.find<model::DeploymentId>();
    return id ? find_deployment(db, *id) : std::nullopt;
}

void set_ways_back(Transaction& tx, const std::vector<WayBackRow>& rows) {
    tx.prepare("DELETE FROM ways_back").run();
    for (const auto& row : rows) {
        auto insert = tx.prepare(
            "INSERT INTO ways_back (deployment, source, state, reason, looked_at) "
            "VALUES (?, ?, ?, ?, ?)"
        );
        insert.bind(row.deployment, row.source, row.state, row.reason, tx.now()).run();
    }
}

std::vector<WayBackRow> list_ways_back(Connection& db) {
    auto query = db.prepare(
        "SELECT w.deployment, w.source, w.state, w.reason, w.looked_at FROM ways_back AS w "
        "JOIN deployments AS d ON d.id = w.deployment WHERE NOT EXISTS ("
        "SELECT 1 FROM deployments AS n WHERE n.repository = d.repository "
        "AND n.environment = d.environment AND n.target = d.target AND n.state = 'succeeded' "
        "AND n.id > d.id) ORDER BY w.deployment"
    );
    return query.list([](Statement& row) {
        WayBackRow way;
        row.read(way.deployment, way.source, way.state, way.reason, way.looked_at);
        return way;
    });
}

std::optional<TimePoint> last_look_at_ways_back(Connection& db) {
    auto query = db.prepare("SELECT looked_at FROM ways_back LIMIT 1");
    return query.find<TimePoint>();
}

}  // namespace triphammer::store
