#pragma once
// What jobs' `reports:` came to: kept as it comes in parts, and read for the run's page.

#include "history/history.hpp"
#include "results/part.hpp"
#include "store/sqlite/transaction.hpp"

namespace triphammer::history {

/// Which piece of an attempt's report it is.
struct PartPlace {
    model::Fence attempt = {};
    std::int64_t number = 0;
    bool is_last = false;  // now outcomes are compared with those of the same commit
};

/// A part that comes again changes nothing. Code::not_found for an unknown attempt.
Result<> keep_report_part(
    store::Transaction& tx, const PartPlace& place, const results::Part& part
);

struct TestFilter {
    std::string outcome = {};  // passed, failed, skipped, flaky, all; "": failed and flaky
    std::string text = {};     // part of suite, name or file
    std::string order = {};    // "" and loudest: what failed first; slowest
};

/// {"jobs": […], "items": [tests], "next"}: of the newest attempts; each job with its counts, its
/// coverage, findings, texts, problems and the line of its reports, newest first; each test with
/// its past. Code::not_found, Code::invalid.
Result<std::string> get_tests(
    store::Connection& db, model::RunId run, const TestFilter& filter, const Page& page
);

}  // namespace triphammer::history
