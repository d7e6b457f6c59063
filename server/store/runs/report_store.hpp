#pragma once
// `reports`, `report_parts`, `tests`, `test_results`: what `reports:` of jobs came to.

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

/// Reports of the same job of the same workflow stand in one line.
struct ReportRow {
    model::Fence attempt = {};
    model::RunId run = {};
    model::JobId job = {};
    model::RepositoryId repository = {};
    std::string workflow_path = {};
    std::string job_key = {};
    std::int64_t passed = 0;
    std::int64_t failed = 0;
    std::int64_t skipped = 0;
    std::int64_t ms = 0;
    std::optional<std::int64_t> lines = {};  // that coverage knows
    std::optional<std::int64_t> covered = {};
};

struct TestResult {
    std::string suite = {};
    std::string name = {};
    std::string outcome = {};  // passed, failed or skipped
    bool is_flaky = false;
    std::int64_t ms = 0;
    std::string file = {};
    std::int64_t line = 0;
    std::string message = {};
    std::string details = {};
};

/// False: this part came before, and everything that is in it is kept.
bool insert_report_part(
    Transaction& tx, model::Fence attempt, std::int64_t part, std::string_view body_json
);
/// Fine when it is there already; its numbers are those of `add_to_report`.
void open_report(Transaction& tx, const ReportRow& report);
/// Adds to the counts and the time; `lines` and `covered` are set where they are given.
void add_to_report(Transaction& tx, const ReportRow& more);
void insert_result(Transaction& tx, const ReportRow& report, const TestResult& result);

/// Reports of the same commit in the same line, newest first.
std::vector<model::Fence> list_reports_of_commit(
    Connection& db, const ReportRow& report, std::string_view sha, std::size_t most
);
/// Tests that passed in one of the two and failed in the other are flaky in both.
void mark_flaky(Transaction& tx, model::Fence one, model::Fence other);
/// Of the report that is the `age`th before this one in its line only what failed or was flaky
/// stays.
void forget_old_results(Transaction& tx, const ReportRow& report, std::size_t age);

/// Of the newest attempt of each job, in the workflow's order; attempts without a report are left
/// out.
std::vector<ReportRow> list_newest_reports(Connection& db, model::RunId run);
std::vector<std::string> list_report_bodies(Connection& db, model::Fence attempt);

struct LineEntry {
    ReportRow report;
    std::int64_t run_number = 0;
    std::string sha;
};

/// The report and those before it in its line, newest first.
std::vector<LineEntry> list_report_line(Connection& db, const ReportRow& report, std::size_t most);

struct ResultQuery {
    model::RunId run = {};
    std::string outcome = {};  // passed, failed, skipped, flaky; "": failed and flaky; all
    std::string text = {};     // part of suite, name or file; ASCII case ignored
    std::int64_t offset = 0;
    std::size_t most = 50;
    bool slowest_first = false;  // else what failed, then what is flaky
};

struct ListedResult {
    std::int64_t test = 0;
    model::JobId job;
    TestResult result;
};

/// Of the newest attempts' reports: what failed first, then what is flaky, then by name.
std::vector<ListedResult> list_results(Connection& db, const ResultQuery& query);
std::int64_t count_flaky(Connection& db, model::Fence attempt);

struct PastResult {
    model::RunId run;
    std::int64_t run_number = 0;
    std::string sha;
    std::string outcome;
    bool is_flaky = false;
    std::int64_t ms = 0;
};

/// Newest first. Of long ago only what failed or was flaky.
std::vector<PastResult> list_past_results(Connection& db, std::int64_t test, std::size_t most);

}  // namespace triphammer::store
