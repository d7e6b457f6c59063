#pragma once

#include "execution/commands.hpp"
#include "runner/session/session.hpp"

namespace triphammer::runner {

/// A step's pipe: workflow commands are carried out, the rest is masked and journaled, each piece
/// that was read as one piece.
class StepOutput final : public execution::OutputSink {
  public:
    /// `folders` as the steps see them; it outlives this.
    StepOutput(Session& session, const JobFolders& folders, int step, bool debug);

    Task<Result<>> write(std::string_view bytes) override;
    /// The process has ended: an unfinished line is complete.
    Task<Result<>> flush();

    execution::StepRequests& requests() { return requests_; }

  private:
    Session& session_;
    int step_;
    execution::StepRequests requests_;
    execution::CommandReader reader_;
    std::string text_;  // kept for its capacity
};

}  // namespace triphammer::runner
