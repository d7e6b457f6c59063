#include "store/runs/board_store.hpp"

namespace triphammer::store {

namespace {

RunPoint read_point(Statement& row) {
    RunPoint point;
    row.read(
        point.id,
        point.number,
        point.workflow,
        point.actor,
        point.title,
        point.state,
        point.created_at,
        point.started_at,
        point.finished_at
    );
    return point;
}

OpenJob read_open_job(Statement& row) {
    OpenJob job;
    row.read(
        job.id,
        job.run,
        job.run_number,
        job.run_started_at,
        job.repository_id,
        job.repository,
        job.workflow,
        job.title,
        job.name,
        job.state,
        job.reason,
        job.label,
        job.not_before,
        job.queued_at,
        job.started_at,
        job.fence,
        job.executor
    );
    return job;
}

}  // namespace

std::vector<RunPoint> list_run_points(
    Connection& db, model::RepositoryId repository, std::string_view ref, int most
) {
    const std::string columns =
        "SELECT id, number, workflow, actor, title, state, created_at, started_at, finished_at "
        "FROM runs WHERE repository = ?";
    if (ref.empty()) {
        auto query = db.prepare(columns + " ORDER BY id DESC LIMIT ?");
        return query.bind(repository, most).list(read_point);
    }
    auto query = db.prepare(columns + " AND ref = ? ORDER BY id DESC LIMIT ?");
    return query.bind(repository, ref, most).list(read_point);
}

std::vector<model::JobState> list_states_of(
    Connection& db, model::RunId run, std::string_view job
) {
    auto query =
        db.prepare("SELECT state FROM jobs WHERE run = ?1 AND ?2 IN (name, key, node) ORDER BY id");
    return query.bind(run, job).list([](Statement& row) {
        auto state = model::JobState::blocked;
        row.read(state);
        return state;
    });
}

std::vector<OpenJob> list_open_jobs(Connection& db, model::RepositoryId repository, int most) {
    auto query = db.prepare(
        "SELECT j.id, j.run, r.number, r.started_at, p.id, p.full_name, r.workflow, r.title, "
        "j.name, "
        "j.state, "
        "j.reason, "
        "j.label, j.not_before, j.queued_at, j.started_at, a.id, coalesce(a.executor, '') "
        "FROM jobs AS j INDEXED BY jobs_open JOIN runs AS r ON r.id = j.run "
        "JOIN repositories AS p ON p.id = j.repository "
        "LEFT JOIN attempts AS a ON a.job = j.id AND a.state IN ('claimed', 'running') "
        "WHERE j.finished_at IS NULL AND j.state IN ('queued', 'waiting', 'running') "
        "AND (?1 IS NULL OR j.repository = ?1) ORDER BY j.run, j.position, j.id LIMIT ?2"
    );
    return query.bind(repository, most).list(read_open_job);
}

OpenCounts count_open(Connection& db) {
    auto query = db.prepare(
        "SELECT coalesce(sum(state = 'running'), 0), coalesce(sum(state <> 'running'), 0), "
        "(SELECT count(*) FROM approvals INDEXED BY approvals_pending WHERE state = 'pending') "
        "FROM jobs INDEXED BY jobs_open "
        "WHERE finished_at IS NULL AND state IN ('queued', 'waiting', 'running')"
    );
    OpenCounts counts;
    if (query.step()) query.read(counts.running, counts.waiting, counts.approvals);
    return counts;
}

std::vector<StepTime> list_step_times(
    Connection& db, model::RepositoryId repository, int runs, int most
) {
    auto query = db.prepare(
        "SELECT r.workflow, j.key, s.name, s.started_at, s.finished_at FROM "
        "(SELECT id, workflow FROM runs WHERE repository = ? ORDER BY id DESC LIMIT ?) AS r "
        "CROSS JOIN jobs AS j ON j.run = r.id CROSS JOIN attempts AS a ON a.job = j.id "
        "CROSS JOIN steps AS s ON s.attempt = a.id "
        "WHERE s.state = 'succeeded' AND s.started_at IS NOT NULL AND s.finished_at IS NOT NULL "
        "LIMIT ?"
    );
    return query.bind(repository, runs, most).list([](Statement& row) {
        StepTime time;
        TimePoint began;
        TimePoint ended;
        row.read(time.workflow, time.job, time.step, began, ended);
        time.took = ended - began;
        return time;
    });
}

std::vector<FlakyTest> list_flaky_tests(
    Connection& db, model::RepositoryId repository, int window, int most
) {
    auto query = db.prepare(
        "SELECT t.suite, t.name, t.job_key, count(*), max(w.run) FROM "
        "(SELECT f.test, p.run FROM test_results AS f INDEXED BY test_results_flaky "
        "JOIN reports AS p ON p.attempt = f.attempt WHERE f.flaky = 1 "
        "ORDER BY f.attempt DESC LIMIT ?) AS w "
        "JOIN tests AS t ON t.id = w.test WHERE t.repository = ? "
        "GROUP BY t.id ORDER BY count(*) DESC, t.id LIMIT ?"
    );
    return query.bind(window, repository, most).list([](Statement& row) {
        FlakyTest test;
        row.read(test.suite, test.name, test.job, test.times, test.last_run);
        return test;
    });
}

std::vector<DeploymentPoint> list_deployment_points(
    Connection& db, model::RepositoryId repository, std::string_view environment, int most
) {
    auto query = db.prepare(
        "SELECT d.state, r.created_at, d.finished_at FROM deployments AS d "
        "JOIN runs AS r ON r.id = d.run WHERE d.repository = ? AND d.environment = ? "
        "ORDER BY d.id DESC LIMIT ?"
    );
    return query.bind(repository, environment, most).list([](Statement& row) {
        DeploymentPoint point;
        row.read(point.state, point.run_created_at, point.finished_at);
        return point;
    });
}

std::string find_newest_environment(Connection& db, model::RepositoryId repository) {
    // The largest id of each environment is one look into deployments_by_environment.
    auto query = db.prepare(
        "SELECT e.name FROM environments AS e WHERE e.repository = ?1 ORDER BY (SELECT max(d.id) "
        "FROM deployments AS d WHERE d.repository = ?1 AND d.environment = e.name) DESC LIMIT 1"
    );
    return query.bind(repository).find<std::string>().value_or("");
}

}  // namespace triphammer::store
