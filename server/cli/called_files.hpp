#pragma once
// Reusable workflows of the working tree, as `lint` finds them: `./path` is looked for in the
// folders above the calling file, up to the one that holds .git.

#include "workflow/reader.hpp"

#include <map>
#include <string>

namespace triphammer::cli {

class CalledFiles {
  public:
    /// `uses` of a job in the file `caller`. Null for one that lies elsewhere, is not there or
    /// cannot be read: its errors are its own.
    const model::Workflow* find(const std::string& caller, const std::string& uses);

  private:
    const model::Workflow* read(const std::string& path);

    std::map<std::string, workflow::ReadResult> read_;  // by absolute path
};

}  // namespace triphammer::cli
