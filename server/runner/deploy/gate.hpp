#pragma once
// What looking at something until it is healthy has come to.

#include <cstdint>
#include <optional>
#include <string>

namespace triphammer::runner {

struct GateOutcome {
    bool passed = false;
    std::string reason;              // when not: the last finding, or how the container ended
    std::optional<int> exit_status;  // set when the container or program ended by itself
    int looks = 0;
    std::int64_t milliseconds = 0;
};

/// {"phase", "kind", "passed", "looks", "milliseconds", "reason"} for the ledger.
std::string probe_json(const char* phase, const std::string& kind, const GateOutcome& outcome);

}  // namespace triphammer::runner
