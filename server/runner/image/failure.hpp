#pragma once
// What a failed image job says: a cause for programs, a sentence for people. Pure.

#include "docker/engine.hpp"
#include "model/states.hpp"

#include <string>

namespace triphammer::runner {

struct ImageFailure {
    model::Cause cause = model::Cause::infrastructure;
    std::string sentence;
    int exit_status = 0;  // of the RUN that failed
};

/// Of a build that came to an end without an image.
ImageFailure explain_build(const docker::BuildOutcome& outcome, const std::string& dockerfile);
/// Of a build that the engine refused or could not carry out.
ImageFailure explain_refusal(const Error& error, const std::string& dockerfile);
/// Of a push or of asking the registry.
ImageFailure explain_push(const Error& error, const std::string& registry);

}  // namespace triphammer::runner
