#pragma once
// The files of one step in the job's temp folder: the script, and those that GITHUB_OUTPUT & co.
// name. Earlier steps may have written anything there, so each is made anew and never followed.

#include "base/result.hpp"
#include "execution/value_file.hpp"
#include "runner/session/environment.hpp"
#include "runner/session/step_executor.hpp"

#include <string>
#include <string_view>

namespace triphammer::runner {

/// What a step wrote to its files.
struct FileRequests {
    execution::Values outputs;
    execution::Values environment;
    execution::Values states;
    std::vector<std::string> paths;
};

class StepFiles {
  public:
    /// `key`: no other step's.
    StepFiles(const Mapped& temp, std::string key) : temp_{temp}, key_{std::move(key)} {}

    /// Makes the empty command files.
    Result<> create() const;
    /// Writes the script; its path as the step sees it.
    Result<std::string> write_script(const std::string& extension, std::string_view text) const;
    /// GITHUB_OUTPUT, GITHUB_ENV, GITHUB_PATH, GITHUB_STATE, GITHUB_STEP_SUMMARY.
    void name_in(Environment& environment) const;
    /// Code::invalid names the file and the line.
    Result<FileRequests> read() const;
    /// GITHUB_STEP_SUMMARY. Code::too_large above 1 MiB.
    Result<std::string> read_summary() const;

  private:
    std::string name_of(std::string_view kind) const;

    Mapped temp_;
    std::string key_;
};

/// A new file in the place of whatever is there. Never through a link.
Result<> write_new_file(const std::string& path, std::string_view text, unsigned mode);

}  // namespace triphammer::runner
