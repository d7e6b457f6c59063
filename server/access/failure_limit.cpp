#include "access/failure_limit.hpp"

#include <algorithm>

namespace triphammer::access {

using namespace std::chrono_literals;

FailureLimit::FailureLimit(const Clock& clock, FailureLimits limits)
    : clock_{clock}, limits_{limits} {}

std::chrono::seconds FailureLimit::find_wait(const std::string& client) const {
    const auto found = empty_at_.find(client);
    if (found == empty_at_.end()) return 0s;
    const auto free_at = found->second - (limits_.in_a_row - 1) * limits_.refill;
    return std::max(0s, std::chrono::ceil<std::chrono::seconds>(free_at - clock_.instant()));
}

void FailureLimit::note_failure(const std::string& client) {
    if (client.empty()) return;
    const auto now = clock_.instant();
    if (empty_at_.size() >= limits_.clients && !empty_at_.contains(client)) {
        // Whoever has that many addresses is not stopped by this table anyway.
        empty_at_.erase(empty_at_.begin());
    }
    auto& empty_at = empty_at_[client];
    const auto full = now + limits_.in_a_row * limits_.refill;
    empty_at = std::min(std::max(empty_at, now) + limits_.refill, Instant{full});
}

}  // namespace triphammer::access
