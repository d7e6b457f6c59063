#include "store/runs/report_store.hpp"

namespace triphammer::store {

namespace {

constexpr const char* kReportColumns =
    "r.attempt, r.run, r.job, r.repository, r.workflow_path, r.job_key, r.passed, r.failed, "
    "r.skipped, r.ms, r.lines, r.covered";

template <class... More>
void read_report(Statement& row, ReportRow& report, More&... more) {
    row.read(
        report.attempt,
        report.run,
        report.job,
        report.repository,
        report.workflow_path,
        report.job_key,
        report.passed,
        report.failed,
        report.skipped,
        report.ms,
        report.lines,
        report.covered,
        more...
    );
}

std::int64_t put_test(Transaction& tx, const ReportRow& report, const TestResult& result) {
    auto find = tx.prepare(
        "SELECT id FROM tests WHERE repository = ? AND workflow_path = ? AND job_key = ? "
        "AND suite = ? AND name = ?"
    );
    find.bind(report.repository, report.workflow_path, report.job_key, result.suite, result.name);
    if (const auto known = find.find<std::int64_t>()) return *known;
    auto insert = tx.prepare(
        "INSERT INTO tests (repository, workflow_path, job_key, suite, name) VALUES (?, ?, ?, ?, ?)"
    );
    insert.bind(report.repository, report.workflow_path, report.job_key, result.suite, result.name)
        .run();
    return tx.last_insert_id();
}

constexpr const char* kFilters =
    "AND (?2 = 'all' OR outcome = ?2 OR (flaky = 1 AND ?2 IN ('', 'flaky')) "
    "     OR (outcome = 'failed' AND ?2 = '')) "
    "AND (?3 = '' OR instr(lower(t.suite || ' ' || t.name || ' ' || file), lower(?3)) > 0) ";

}  // namespace

bool insert_report_part(
    Transaction& tx, model::Fence attempt, std::int64_t part, std::string_view body_json
) {
    auto insert = tx.prepare(
        "INSERT INTO report_parts (attempt, part, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    );
    return insert.bind(attempt, part, body_json).run() > 0;
}

void open_report(Transaction& tx, const ReportRow& report) {
    auto insert = tx.prepare(
        "INSERT INTO reports (attempt, run, job, repository, workflow_path, job_key) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    );
    insert
        .bind(
            report.attempt,
            report.run,
            report.job,
            report.repository,
            report.workflow_path,
            report.job_key
        )
        .run();
}

void add_to_report(Transaction& tx, const ReportRow& more) {
    auto update = tx.prepare(
        "UPDATE reports SET passed = passed + ?, failed = failed + ?, skipped = skipped + ?, "
        "ms = ms + ?, lines = coalesce(?, lines), covered = coalesce(?, covered) WHERE attempt = ?"
    );
    update
        .bind(
            more.passed, more.failed, more.skipped, more.ms, more.lines, more.covered, more.attempt
        )
        .run();
}

void insert_result(Transaction& tx, const ReportRow& report, const TestResult& result) {
    const auto test = put_test(tx, report, result);
    auto insert = tx.prepare(
        "INSERT INTO test_results (attempt, test, outcome, flaky, ms, file, line, message, details)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    );
    insert
        .bind(
            report.attempt,
            test,
            result.outcome,
            result.is_flaky,
            result.ms,
            result.file,
            result.line,
            result.message,
            result.details
        )
        .run();
}

std::vector<model::Fence> list_reports_of_commit(
    Connection& db, const ReportRow& report, std::string_view sha, std::size_t most
) {
    auto query = db.prepare(
        "SELECT r.attempt FROM runs JOIN reports AS r ON r.run = runs.id "
        "WHERE runs.sha = ? AND r.repository = ? AND r.workflow_path = ? AND r.job_key = ? "
        "AND r.attempt <> ? ORDER BY r.attempt DESC LIMIT ?"
    );
    query.bind(
        sha,
        report.repository,
        report.workflow_path,
        report.job_key,
        report.attempt,
        static_cast<std::int64_t>(most)
    );
    return query.list([](Statement& row) {
        model::Fence fence;
        row.read(fence);
        return fence;
    });
}

void mark_flaky(Transaction& tx, model::Fence one, model::Fence other) {
    auto update = tx.prepare(
        "UPDATE test_results SET flaky = 1 WHERE attempt = ?1 AND flaky = 0 "
        "AND outcome <> 'skipped' AND EXISTS (SELECT 1 FROM test_results AS other "
        "  WHERE other.attempt = ?2 AND other.test = test_results.test "
        "  AND other.outcome <> 'skipped' AND other.outcome <> test_results.outcome)"
    );
    update.bind(one, other).run();
    auto back = tx.prepare(
        "UPDATE test_results SET flaky = 1 WHERE attempt = ?2 AND flaky = 0 "
        "AND outcome <> 'skipped' AND EXISTS (SELECT 1 FROM test_results AS other "
        "  WHERE other.attempt = ?1 AND other.test = test_results.test "
        "  AND other.outcome <> 'skipped' AND other.outcome <> test_results.outcome)"
    );
    back.bind(one, other).run();
}

void forget_old_results(Transaction& tx, const ReportRow& report, std::size_t age) {
    auto remove = tx.prepare(
        "DELETE FROM test_results WHERE outcome <> 'failed' AND flaky = 0 AND attempt = ("
        "  SELECT attempt FROM reports WHERE repository = ? AND workflow_path = ? "
        "  AND job_key = ? AND attempt <= ? ORDER BY attempt DESC LIMIT 1 OFFSET ?)"
    );
    remove
        .bind(
            report.repository,
            report.workflow_path,
            report.job_key,
            report.attempt,
            static_cast<std::int64_t>(age)
        )
        .run();
}

std::vector<ReportRow> list_newest_reports(Connection& db, model::RunId run) {
    static const auto kSql = std::string{"SELECT "} + kReportColumns +
                             " FROM reports AS r JOIN jobs ON jobs.id = r.job WHERE r.run = ? "
                             "AND r.attempt = (SELECT max(id) FROM attempts WHERE job = r.job) "
                             "ORDER BY jobs.position, jobs.id";
    auto query = db.prepare(kSql);
    return query.bind(run).list([](Statement& row) {
        ReportRow report;
        read_report(row, report);
        return report;
    });
}

std::vector<std::string> list_report_bodies(Connection& db, model::Fence attempt) {
    auto query = db.prepare("SELECT body FROM report_parts WHERE attempt = ? ORDER BY part");
    return query.bind(attempt).list([](Statement& row) {
        std::string body;
        row.read(body);
        return body;
    });
}

std::vector<LineEntry> list_report_line(Connection& db, const ReportRow& report, std::size_t most) {
    static const auto kSql = std::string{"SELECT "} + kReportColumns +
                             ", runs.number, runs.sha FROM reports AS r "
                             "JOIN runs ON runs.id = r.run WHERE r.repository = ? "
                             "AND r.workflow_path = ? AND r.job_key = ? AND r.attempt <= ? "
                             "ORDER BY r.attempt DESC LIMIT ?";
    auto query = db.prepare(kSql);
    query.bind(
        report.repository,
        report.workflow_path,
        report.job_key,
        report.attempt,
        static_cast<std::int64_t>(most)
    );
    return query.list([](Statement& row) {
        LineEntry entry;
        read_report(row, entry.report, entry.run_number, entry.sha);
        return entry;
    });
}

std::vector<ListedResult> list_results(Connection& db, const ResultQuery& query) {
    static const auto kSql =
        std::string{
            "SELECT test, r.job, t.suite, t.name, outcome, flaky, tr.ms, file, line, "
            "message, details FROM reports AS r "
            "JOIN test_results AS tr ON tr.attempt = r.attempt "
            "JOIN tests AS t ON t.id = test WHERE r.run = ?1 "
            "AND r.attempt = (SELECT max(id) FROM attempts WHERE job = r.job) "} +
        kFilters +
        "ORDER BY CASE WHEN ?6 THEN tr.ms ELSE 0 END DESC, outcome = 'failed' DESC, flaky DESC, "
        "t.suite, t.name, test LIMIT ?4 OFFSET ?5";
    auto list = db.prepare(kSql);
    list.bind(
        query.run,
        query.outcome,
        query.text,
        static_cast<std::int64_t>(query.most),
        query.offset,
        query.slowest_first
    );
    return list.list([](Statement& row) {
        ListedResult out;
        auto& result = out.result;
        row.read(
            out.test,
            out.job,
            result.suite,
            result.name,
            result.outcome,
            result.is_flaky,
            result.ms,
            result.file,
            result.line,
            result.message,
            result.details
        );
        return out;
    });
}

std::int64_t count_flaky(Connection& db, model::Fence attempt) {
    auto query = db.prepare("SELECT count(*) FROM test_results WHERE attempt = ? AND flaky = 1");
    return query.bind(attempt).find<std::int64_t>().value_or(0);
}

std::vector<PastResult> list_past_results(Connection& db, std::int64_t test, std::size_t most) {
    auto query = db.prepare(
        "SELECT r.run, runs.number, runs.sha, outcome, flaky, tr.ms FROM test_results AS tr "
        "JOIN reports AS r ON r.attempt = tr.attempt JOIN runs ON runs.id = r.run "
        "WHERE test = ? ORDER BY tr.attempt DESC LIMIT ?"
    );
    query.bind(test, static_cast<std::int64_t>(most));
    return query.list([](Statement& row) {
        PastResult past;
        row.read(past.run, past.run_number, past.sha, past.outcome, past.is_flaky, past.ms);
        return past;
    });
}

}  // namespace triphammer::store
