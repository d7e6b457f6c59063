#pragma once
// The short forms in which people write a container's ports, volumes and limits. Pure.
// Source: docs.docker.com/reference/cli/docker/container/run, GitHub's "Workflow syntax"
// (jobs.<job_id>.services). Code::invalid names what was written and what may be.

#include "base/result.hpp"
#include "model/container_spec.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace triphammer::model {

/// "80", "8080:80", "53/udp", "127.0.0.1:8080:80/tcp". Without a host port: 0, the engine chooses.
Result<PortBinding> parse_open_port(std::string_view text);

/// Into `spec`: "NAME:/path[:ro|:rw]", a volume of the engine, or "/path", one that goes with the
/// container. Code::refused for a folder of the host.
Result<> add_volume(ContainerSpec& spec, std::string_view text);

/// Letters, digits, `.`, `-`, `_`, the first a letter or a digit.
bool is_volume_name(std::string_view text);

/// "512m", "1.5g", "1048576", "64kb": bytes.
Result<std::int64_t> parse_size(std::string_view text);

/// "1.5": billionths of a processor.
Result<std::int64_t> parse_cpus(std::string_view text);

/// As the engine's own program takes it: "1m30s", "500ms", "0".
Result<std::chrono::nanoseconds> parse_engine_duration(std::string_view text);

}  // namespace triphammer::model
