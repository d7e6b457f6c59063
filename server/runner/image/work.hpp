#pragma once
// Build, push, the digest as the registry has it: what the image job and the action that builds
// share.

#include "runner/image/failure.hpp"
#include "runner/image/plan.hpp"
#include "runner/session/job_session.hpp"

#include <memory>
#include <optional>

namespace triphammer::runner {

/// Nothing: it was done.
using ImageResult = std::optional<ImageFailure>;

class ImageWork {
  public:
    /// `session` outlives it.
    ImageWork(JobSession& session, ImagePlan plan) : session_{session}, plan_{std::move(plan)} {}

    /// The engine's words go to the log of `step`.
    Task<ImageResult> build(int step);
    /// After `build`.
    Task<ImageResult> push(int step);

    const ImagePlan& plan() const { return plan_; }

    /// image-id; after a push ref and digest too.
    const protocol::Outputs& outputs() const { return outputs_; }

  private:
    Task<ImageResult> push_one(docker::ImageReference tag, int step);
    void keep_digest(const docker::ImageReference& tag, const std::string& digest);
    docker::BuildRequest request() const;

    JobSession& session_;
    ImagePlan plan_;
    std::unique_ptr<docker::Engine> engine_;
    protocol::Outputs outputs_;
};

}  // namespace triphammer::runner
