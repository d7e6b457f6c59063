#pragma once

#include "runner/session/job_session.hpp"

namespace triphammer::runner {

/// Builds and pushes the image of an `image` job; its outputs are `ref`, `digest` and `image-id`.
Task<JobOutcome> run_image_job(JobSession& session);

}  // namespace triphammer::runner
