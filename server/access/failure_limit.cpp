#include "access/failure_limit.hpp"

#include <algorithm>

namespace triphammer::access {

using namespace std::chrono_literals;

FailureLimit::FailureLimit(const Clock& clock, FailureLimits limits)
    : clock_{clock}, limits_{limits} {}

Instant FailureLimit::free_at(const Bucket& bucket) const {
    return bucket.empty_at - (limits_.in_a_row - 1) * limits_.refill;
}

std::chrono::seconds FailureLimit::find_wait(const std::string& client) const {
    const auto found = buckets_.find(client);
    if (found == buckets_.end()) return 0s;
    const auto left = free_at(found->second) - clock_.instant();
    return std::max(0s, std::chrono::ceil<std::chrono::seconds>(left));
}

void FailureLimit::note_failure(const std::string& client) {
    if (client.empty()) return;
    const auto now = clock_.instant();
    if (buckets_.size() >= limits_.clients && !buckets_.contains(client)) {
        // Whoever has that many addresses is not stopped by this table anyway.
        buckets_.erase(buckets_.begin());
    }
    auto& bucket = buckets_[client];
    if (now >= bucket.empty_at + limits_.longest) bucket.pause = 0s;
    const auto full = now + limits_.in_a_row * limits_.refill;
    const auto next = std::max(bucket.empty_at, now) + limits_.refill;
    if (next < full) {
        bucket.empty_at = next;
        return;
    }
    // What was begun before the pause fails in it: that is no try after it.
    const bool is_in_pause = free_at(bucket) > now;
    const auto twice = std::max(bucket.pause * 2, limits_.refill);
    if (!is_in_pause) bucket.pause = std::min(twice, std::max(limits_.longest, limits_.refill));
    bucket.empty_at = full - limits_.refill + bucket.pause;
}

}  // namespace triphammer::access
