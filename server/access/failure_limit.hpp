#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>

namespace triphammer::access {

struct FailureLimits {
    int in_a_row = 20;               // failures that are answered as such
    std::chrono::seconds refill{3};  // after each of these one more
    std::size_t clients = 4096;      // remembered at once
};

/// Clients that failed to prove who they are: whoever fails too often waits. A bucket for each,
/// whose content follows from the time: no timer. The logic thread.
class FailureLimit {
  public:
    /// The clock outlives this object.
    explicit FailureLimit(const Clock& clock, FailureLimits limits = {});

    /// How long this client has to wait before it may try again; zero: not at all.
    std::chrono::seconds find_wait(const std::string& client) const;
    /// The empty client is nobody: not counted.
    void note_failure(const std::string& client);

    std::size_t size() const { return empty_at_.size(); }

  private:
    const Clock& clock_;
    FailureLimits limits_;
    /// When all failures of a client are forgiven; each puts it off by `refill`.
    std::unordered_map<std::string, Instant> empty_at_;
};

}  // namespace triphammer::access
