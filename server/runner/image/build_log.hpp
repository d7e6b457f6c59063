#pragma once

#include "runner/session/step_log.hpp"

#include <string>
#include <vector>

namespace triphammer::runner {

/// A build's output, into a step's log; remembers which layers the older builder made on the way
/// (" ---> 85047b4f60cc"), because nothing else names them when the build does not end.
class BuildLog final : public docker::ProgressSink {
  public:
    BuildLog(JobSession& session, int step) : log_{session, step} {}

    Task<Result<>> line(std::string text) override;

    /// Oldest first; base images and what was found in the cache are not among them.
    const std::vector<std::string>& layers() const { return layers_; }

    /// Where the last command ran, or runs; empty: none did.
    const std::string& container() const { return container_; }

  private:
    void look_at(const std::string& text);

    StepLog log_;
    std::vector<std::string> layers_;
    std::string container_;
    bool next_is_foreign_ = false;
};

}  // namespace triphammer::runner
