#pragma once
// `timeout-minutes` of jobs and steps.

#include "model/template.hpp"
#include "runner/session/session.hpp"

#include <chrono>
#include <string>

namespace triphammer::runner {

/// A number of minutes, fractions too, up to 30 days. Code::invalid.
Result<std::chrono::milliseconds> read_minutes(
    const model::Template& text, const workflow::expression::Contexts& contexts
);

/// The job's own limit, else the document's.
Result<std::chrono::milliseconds> read_time_limit(Session& session);

/// "1.5 minutes", below a minute "30 s", below a second "20 ms".
std::string limit_text(std::chrono::milliseconds limit);

}  // namespace triphammer::runner
