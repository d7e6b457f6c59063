#pragma once
// The container that owns a service's ports as long as the service lives, whatever runs in it.

#include "docker/engine.hpp"
#include "runner/deploy/names.hpp"

#include <string>
#include <vector>

namespace triphammer::runner {

/// What runs in it ("nginx"); of one that was made before there was a choice it is nginx.
inline constexpr const char* kLeadsLabel = "triphammer.switch";

/// Its id. Code::not_found: there is none that runs `leads`; conflict: something else has its name.
Task<Result<std::string>> find_switch(
    docker::Engine& engine, const DeployNames& names, std::string leads
);

/// The id of the one that is there with these ports, started; empty: it has to be made, and what
/// had its name (with other ports, or running something else) is removed.
Task<Result<std::string>> keep_switch(
    docker::Engine& engine,
    const DeployNames& names,
    std::string leads,
    std::vector<docker::PortBinding> ports
);

bool same_ports(std::vector<docker::PortBinding> a, std::vector<docker::PortBinding> b);

}  // namespace triphammer::runner
