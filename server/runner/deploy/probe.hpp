#pragma once

#include "base/clock.hpp"
#include "docker/engine.hpp"
#include "runner/deploy/gate.hpp"
#include "runner/deploy/plan.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace triphammer::runner {

/// What is probed: a container, and the address under which it (or the port that leads to it)
/// answers.
struct ProbeTarget {
    std::string container;  // id
    std::string address;
    std::uint16_t port = 0;
    bool has_health_check = false;
};

/// One look: empty when good, else what was seen.
using Finding = std::string;

Task<Finding> probe_once(docker::Engine& engine, ProbeSpec spec, ProbeTarget target);

/// How long a gate waits after a look at what is not well: not long at first (`last`: 0), then ever
/// longer, and never longer than `interval`. Pure.
Milliseconds next_pause(Milliseconds last, Milliseconds interval);

/// Looks every `interval` until it was good for long enough, the timeout has passed, or the
/// container ended or was started again.
Task<GateOutcome> watch_health(
    docker::Engine& engine, ProbeSpec spec, ProbeTarget target, const Clock& clock
);

/// Looks at an address every `interval`, by http or tcp, until it was good for long enough or the
/// timeout has passed.
Task<GateOutcome> watch_address(
    ProbeSpec spec, std::string address, std::uint16_t port, const Clock& clock
);

/// GET by `wget` or `curl`, for a shell in the container that is asked.
std::string http_command(const std::string& path, std::uint16_t port);

/// none: "state".
const char* name_of(ProbeSpec::Kind kind);

}  // namespace triphammer::runner
