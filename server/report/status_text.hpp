#pragma once
// What a commit status says about a job. Pure.

#include "github/client.hpp"
#include "store/runs/job_store.hpp"
#include "store/runs/run_store.hpp"

#include <string>

namespace triphammer::report {

/// "triphammer/WORKFLOW/JOB (EVENT)": branch protection names it, so it is made of what does not
/// change in a run: JOB is the job's key.
std::string make_context(const store::RunRow& run, const store::JobRow& job);
/// "triphammer/WORKFLOW (EVENT)", for a run that has no jobs because its file cannot be read.
std::string make_context(const store::RunRow& run);

/// `public_url` is the server's, without a slash at its end; empty: no link.
github::CommitStatus make_status(
    const store::RunRow& run, const store::JobRow& job, const std::string& public_url
);
github::CommitStatus make_status(const store::RunRow& run, const std::string& public_url);

/// "1 h 2 min", "3 min 4 s", "5 s".
std::string describe_duration(Milliseconds duration);

}  // namespace triphammer::report
