#pragma once
// `retry` of a job: whether an attempt that ended is followed by another one, and when. Pure.

#include "base/result.hpp"
#include "model/states.hpp"
#include "plan/advance.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace triphammer::plan {

struct EndedAttempt {
    model::Cause cause = model::Cause::none;
    std::optional<int> exit_status;  // of the step that made it fail
    std::int64_t number = 1;         // counts the job's attempts
};

constexpr std::chrono::milliseconds kFirstBackOff{10'000};
constexpr std::chrono::milliseconds kLongestBackOff{3'600'000};

/// How long the job waits before it is tried again: `backoff`, twice as long after each further
/// attempt. Nothing: the job has ended. `on: infrastructure` holds for a lost runner too.
/// Code::invalid where a value of `retry` cannot be read; the job has ended then.
Result<std::optional<std::chrono::milliseconds>> retry_after(
    const RunFacts& run, std::string_view key, const EndedAttempt& ended
);

}  // namespace triphammer::plan
