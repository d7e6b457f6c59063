#pragma once
// What a check run says about a job, in the words and within the limits of GitHub ("REST API
// endpoints for check runs"). Pure.

#include "base/clock.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"
#include "store/runs/step_store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::report {

inline constexpr std::size_t kAnnotationsPerCall = 50;

/// A place in a file and what is said about it.
struct CheckAnnotation {
    std::string path = {};  // in the repository
    std::int64_t start_line = 1;
    std::int64_t end_line = 1;
    std::int64_t start_column = 0;  // 0: none; so with the other
    std::int64_t end_column = 0;
    std::string level = {};  // notice, warning, failure
    std::string message = {};
    std::string title = {};
};

struct CheckOutput {
    std::string name = {};
    std::string sha = {};
    std::string details_url = {};  // may be empty
    std::string status = {};       // queued, in_progress, completed
    std::string conclusion = {};   // once completed
    std::optional<TimePoint> started_at = {};
    std::optional<TimePoint> completed_at = {};
    std::string title = {};
    std::string summary = {};                       // Markdown
    std::vector<CheckAnnotation> annotations = {};  // only once completed
};

/// What a job has to tell: `tests` is history::get_tests' text of the run, empty while it runs.
struct ToldJob {
    store::RunRow run;
    store::JobRow job;
    std::vector<store::StepRow> steps;  // of its newest attempt
    std::string tests;
};

/// `public_url` as for statuses.
CheckOutput make_check(const ToldJob& told, const std::string& public_url);
/// Of a run without jobs: its file cannot be read, at these places.
CheckOutput make_check(const store::RunRow& run, const std::string& public_url);

/// A request about a check run.
struct CheckRequest {
    std::string external_id = {};
    bool is_new = false;    // it makes the check run: then it names the commit
    std::size_t first = 0;  // annotations from this one on
    std::size_t count = 0;
};

/// Its body.
std::string check_json(const CheckOutput& output, const CheckRequest& request);

}  // namespace triphammer::report
