#pragma once
// The program that reads a job's reports: the runner's own file, started once more where the job's
// steps run, with their rights, for the files are what steps have written (docs/adr/0014). What it
// says has the form of archive/wire.hpp; a data frame is one Part.
//
//   triphammer-runner report JSON

#include "base/result.hpp"

#include <string>
#include <vector>

namespace triphammer::results {

struct ReportRequest {
    std::string workspace = {};
    std::string home = {};
    // Patterns of paths, a line each, as in upload-artifact's `path`.
    std::string junit = {};
    std::string coverage = {};
    std::string sarif = {};
    std::string text = {};
};

std::string to_text(const ReportRequest& request);

/// main() of the program: `arguments` behind "report". 0, or 1 after a failure frame.
int run_reporter(int count, const char* const* arguments, int output);

}  // namespace triphammer::results
