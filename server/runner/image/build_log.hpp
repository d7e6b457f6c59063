#pragma once

#include "runner/session/step_log.hpp"

#include <set>
#include <string>
#include <vector>

namespace triphammer::runner {

/// A build's output, into a step's log; remembers what it calls the layers of the older builder
/// (" ---> 85047b4f60cc"), because nothing else names them when the build does not end. Commands of
/// the build print what they like: docker::made_since says which of them the build has made.
class BuildLog final : public docker::ProgressSink {
  public:
    BuildLog(JobSession& session, int step) : log_{session, step} {}

    Task<Result<>> line(std::string text) override;

    /// Oldest first; base images, what was found in the cache and what never was a layer, too.
    const std::vector<std::string>& layers() const { return layers_; }

    /// Where the last command ran, or runs; empty: none did.
    const std::string& container() const { return container_; }

  private:
    Result<> look_at(const std::string& text);

    StepLog log_;
    std::vector<std::string> layers_;
    std::set<std::string> known_;
    std::string container_;
};

}  // namespace triphammer::runner
