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
    std::chrono::seconds longest{};  // each further pause is twice the one before, up to this
};

/// Clients that failed to prove who they are: whoever fails too often waits, and longer each time.
/// A bucket for each, whose content follows from the time: no timer. The logic thread.
class FailureLimit {
  public:
    /// The clock outlives this object.
    explicit FailureLimit(const Clock& clock, FailureLimits limits = {});

    /// How long this client has to wait before it may try again; zero: not at all.
    std::chrono::seconds find_wait(const std::string& client) const;
    /// The empty client is nobody: not counted.
    void note_failure(const std::string& client);

    std::size_t size() const { return buckets_.size(); }

  private:
    struct Bucket {
        Instant empty_at;              // all failures are forgiven; each puts it off by `refill`
        std::chrono::seconds pause{};  // the last one; forgotten `longest` after `empty_at`
    };

    Instant free_at(const Bucket& bucket) const;

    const Clock& clock_;
    FailureLimits limits_;
    std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace triphammer::access
