#pragma once
// `reports:` of a job: read where its steps ran, masked here, kept by the daemon.

#include "results/part.hpp"
#include "runner/session/session.hpp"
#include "runner/session/step_executor.hpp"

namespace triphammer::runner {

/// Whether the job names any.
bool has_reports(const model::JobDefinition& job);

/// What the runner itself has to report, masked here; the attempt's only report.
Task<Result<>> send_report(Session& session, results::Part part);

/// As step `step` of the job, which does not change what the job comes to. An error: the journal
/// takes no more.
Task<Result<>> collect_reports(Session& session, StepExecutor& executor, int step);

}  // namespace triphammer::runner
