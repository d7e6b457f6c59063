#pragma once
// What the one comment on a pull request says: a headline for each run, a collapsed section for
// each tool's report. Pure.

#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace triphammer::report {

/// GitHub takes 65,536 characters.
inline constexpr std::size_t kMostComment = 65'000;

struct ToldRun {
    store::RunRow run;
    std::vector<store::JobRow> jobs;
    std::string tests;  // history::get_tests of those that failed
};

struct CommentFrame {
    std::string marker;      // hidden: by it the comment is found again
    std::string public_url;  // the server's, without a slash at its end
};

/// Empty where no run has a report to show: then there is no comment either. What does not fit is
/// cut, with a link to the whole.
std::string make_comment(const std::vector<ToldRun>& runs, const CommentFrame& frame);

}  // namespace triphammer::report
