#pragma once
// Values of a service that are more than a text. Pure. Their errors are the reader's.

#include "docker/container_spec.hpp"
#include "runner/deploy/compose/reader.hpp"

#include <vector>

namespace triphammer::runner {

/// HOST:CONTAINER, or target, published, host_ip and protocol.
std::vector<docker::PortBinding> read_ports(const Node& node, ComposeReader& reader);

docker::HealthCheck read_health_check(const Node& node, ComposeReader& reader);

}  // namespace triphammer::runner
