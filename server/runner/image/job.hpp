#pragma once

#include "runner/image/build_network.hpp"
#include "runner/image/needed.hpp"
#include "runner/session/job_session.hpp"

namespace triphammer::runner {

/// Builds, tries and pushes the image of an `image` job; its outputs are `ref`, `digest`,
/// `image-id` and `size` (bytes).
Task<JobOutcome> run_image_job(
    JobSession& session, MakeBuildNetwork make_network, AskNeeded ask_needed = ask_needed_images
);

}  // namespace triphammer::runner
