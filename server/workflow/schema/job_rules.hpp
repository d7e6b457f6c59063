#pragma once
// Rules of one job that no table holds.

#include "workflow/yaml/node.hpp"
#include "workflow/yaml/report.hpp"

namespace triphammer::workflow {

/// A job is of one kind, and has the keys of that kind only.
void check_job(const Node& job, Report& report);
/// A list of labels has one at least.
void check_runs_on(const Node& labels, Report& report);
/// `uses` of a job: ./path.yml, or OWNER/REPOSITORY/path.yml@ref.
void check_called_path(const Node& uses, Report& report);

}  // namespace triphammer::workflow
