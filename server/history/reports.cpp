#include "history/reports.hpp"

#include "base/text.hpp"
#include "history/json.hpp"
#include "store/runs/attempt_store.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/report_store.hpp"
#include "store/runs/run_store.hpp"
#include "store/sqlite/change_store.hpp"

#include <algorithm>
#include <array>

namespace triphammer::history {

namespace {

constexpr std::size_t kComparedReports = 10;  // of the same commit
constexpr std::size_t kWholeReports = 50;     // of a line; of older ones what failed
constexpr std::size_t kShownPast = 20;

Result<store::ReportRow> find_place(store::Connection& db, model::Fence fence) {
    const auto attempt = store::find_attempt(db, fence);
    const auto job = attempt ? store::find_job(db, attempt->job) : std::nullopt;
    const auto run = job ? store::find_run(db, job->run) : std::nullopt;
    if (!run) return not_found("there is no attempt " + to_text(fence));
    store::ReportRow report;
    report.attempt = fence;
    report.run = run->id;
    report.job = job->id;
    report.repository = run->repository;
    report.workflow_path = run->workflow_path;
    report.job_key = job->key;
    return report;
}

store::TestResult row_of(const results::Test& test) {
    store::TestResult row;
    row.suite = test.suite;
    row.name = test.name;
    row.outcome = results::name_of(test.outcome);
    row.is_flaky = test.is_flaky;
    row.ms = test.ms;
    row.file = test.file;
    row.line = test.line;
    row.message = test.message;
    row.details = test.details;
    return row;
}

void add_tests(store::Transaction& tx, store::ReportRow report, const results::Part& part) {
    for (const auto& test : part.tests) {
        store::insert_result(tx, report, row_of(test));
        const bool has_failed = test.outcome == results::Outcome::failed;
        const bool is_skipped = test.outcome == results::Outcome::skipped;
        ++(has_failed ? report.failed : is_skipped ? report.skipped : report.passed);
        report.ms += test.ms;
    }
    if (part.coverage) {
        report.lines = part.coverage->lines;
        report.covered = part.coverage->covered;
    }
    store::add_to_report(tx, report);
}

void finish(store::Transaction& tx, const store::ReportRow& report) {
    const auto sha = store::find_run(tx, report.run)->sha;
    for (const auto other : store::list_reports_of_commit(tx, report, sha, kComparedReports)) {
        store::mark_flaky(tx, report.attempt, other);
    }
    store::forget_old_results(tx, report, kWholeReports);
    store::append_change(
        tx,
        {.subject = "report",
         .id = report.attempt.value,
         .run = report.run,
         .to_state = "kept",
         .reason = report.job_key}
    );
}

json describe_counts(const store::ReportRow& report) {
    json out{
        {"passed", report.passed},
        {"failed", report.failed},
        {"skipped", report.skipped},
        {"ms", report.ms},
        {"coverage", nullptr}};
    if (report.lines && report.covered) {
        out["coverage"] = {{"lines", *report.lines}, {"covered", *report.covered}};
    }
    return out;
}

json describe_line(store::Connection& db, const store::ReportRow& report) {
    auto out = json::array();
    for (const auto& entry : store::list_report_line(db, report, kShownPast)) {
        auto one = describe_counts(entry.report);
        one["run"] = to_text(entry.report.run);
        one["number"] = entry.run_number;
        one["sha"] = entry.sha;
        out.push_back(std::move(one));
    }
    return out;
}

void append(json& to, const json& body, const char* name) {
    const auto found = body.find(name);
    if (found == body.end() || !found->is_array()) return;
    to[name].insert(to[name].end(), found->begin(), found->end());
}

/// What is no test, from all parts.
void add_bodies(store::Connection& db, const store::ReportRow& report, json& out) {
    for (const char* name : {"findings", "texts", "problems"}) out[name] = json::array();
    for (const auto& text : store::list_report_bodies(db, report.attempt)) {
        const auto body = parse_column(text);
        if (!body.is_object()) continue;
        for (const char* name : {"findings", "texts", "problems"}) append(out, body, name);
        const auto coverage = body.find("coverage");
        if (coverage != body.end()) out["coverage"] = *coverage;
    }
}

json describe_job(store::Connection& db, const store::ReportRow& report) {
    auto out = describe_counts(report);
    const auto job = store::find_job(db, report.job);
    out["job"] = to_text(report.job);
    out["name"] = job ? job->name : report.job_key;
    out["flaky"] = store::count_flaky(db, report.attempt);
    out["line"] = describe_line(db, report);
    add_bodies(db, report, out);
    return out;
}

json describe_past(store::Connection& db, std::int64_t test) {
    auto out = json::array();
    for (const auto& past : store::list_past_results(db, test, kShownPast)) {
        out.push_back(
            {{"run", to_text(past.run)},
             {"number", past.run_number},
             {"sha", past.sha},
             {"outcome", past.outcome},
             {"flaky", past.is_flaky},
             {"ms", past.ms}}
        );
    }
    return out;
}

json describe_test(store::Connection& db, const store::ListedResult& listed) {
    const auto& result = listed.result;
    return {
        {"id", std::to_string(listed.test)},
        {"job", to_text(listed.job)},
        {"suite", or_null(result.suite)},
        {"name", result.name},
        {"outcome", result.outcome},
        {"flaky", result.is_flaky},
        {"ms", result.ms},
        {"file", or_null(result.file)},
        {"line", result.line > 0 ? json(result.line) : json(nullptr)},
        {"message", or_null(result.message)},
        {"details", or_null(result.details)},
        {"past", describe_past(db, listed.test)}};
}

bool is_known_outcome(const std::string& outcome) {
    constexpr std::array<std::string_view, 6> kKnown{
        "", "passed", "failed", "skipped", "flaky", "all"};
    return std::find(kKnown.begin(), kKnown.end(), outcome) != kKnown.end();
}

/// Tests have no order that an id could tell: a cursor is how many came before.
Result<std::int64_t> read_offset(const std::string& cursor) {
    if (cursor.empty()) return std::int64_t{0};
    const auto offset = parse_integer(cursor);
    if (!offset || *offset < 0) return invalid("cursor: not one that was given out");
    return std::int64_t{*offset};
}

}  // namespace

Result<> keep_report_part(
    store::Transaction& tx, const PartPlace& place, const results::Part& part
) {
    const auto report = find_place(tx, place.attempt);
    if (!report) return report.error();
    const auto body = results::to_text_without_tests(part);
    if (!store::insert_report_part(tx, place.attempt, place.number, body)) return {};
    store::open_report(tx, *report);
    add_tests(tx, *report, part);
    if (place.is_last) finish(tx, *report);
    return {};
}

Result<std::string> get_tests(
    store::Connection& db, model::RunId run, const TestFilter& filter, const Page& page
) {
    if (!store::find_run(db, run)) return not_found("there is no run " + to_text(run));
    if (!is_known_outcome(filter.outcome)) {
        return invalid("outcome: passed, failed, skipped, flaky or all");
    }
    const bool is_slowest = filter.order == "slowest";
    if (!is_slowest && !filter.order.empty() && filter.order != "loudest") {
        return invalid("order: loudest or slowest");
    }
    const auto offset = read_offset(page.cursor);
    if (!offset) return offset.error();
    if (page.limit < 1 || page.limit > kMaxPage) return invalid("limit: 1 to 100");
    json out{{"jobs", json::array()}, {"items", json::array()}, {"next", nullptr}};
    if (*offset == 0) {
        for (const auto& report : store::list_newest_reports(db, run)) {
            out["jobs"].push_back(describe_job(db, report));
        }
    }
    const auto limit = static_cast<std::size_t>(page.limit);
    const auto listed =
        store::list_results(db, {run, filter.outcome, filter.text, *offset, limit + 1, is_slowest});
    for (const auto& one : listed) {
        if (out["items"].size() < limit) out["items"].push_back(describe_test(db, one));
    }
    if (listed.size() > limit) out["next"] = std::to_string(*offset + page.limit);
    return to_text(out);
}

}  // namespace triphammer::history
