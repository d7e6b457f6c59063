#pragma once
// Amazon's registry made ready for an image: its password for twelve hours, and the repositories
// that the image's names are in.

#include "runner/image/plan.hpp"
#include "runner/session/step_log.hpp"

#include <string>
#include <vector>

namespace triphammer::runner {

/// Logs in and makes what is missing, where `plan.ecr` allows it; `log` hears of it. Nothing that
/// is there already is changed. Code::invalid says what to write instead. `plan` outlives it.
Task<Result<docker::Credentials>> open_ecr(
    const ImagePlan& plan, AwsSources sources, docker::ProgressSink& log
);

}  // namespace triphammer::runner
