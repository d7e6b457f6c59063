#pragma once
// Volumes of the engine in which a Triphammer server keeps its database, its keys or the socket of
// its launcher: whoever may push must not mount them. And its networks: who is in them has an
// address of its proxy's range, whose word about clients the daemon takes. Source: Docker Engine
// API 1.41 … 1.47 (docs.docker.com/engine/api), the filter `volume` of ContainerList, Config.Env
// and Mounts of ContainerInspect; a server's variables are set in our Dockerfile and
// deploy/compose.

#include "base/result.hpp"
#include "base/task.hpp"
#include "docker/container_spec.hpp"
#include "docker/engine.hpp"

#include <string>
#include <vector>

namespace triphammer::docker {

/// The first of `volumes` (names) that the container mounts, if it is a daemon, a launcher, the
/// container beside that one or a server's proxy, running or not; else empty. Pure.
std::string server_volume_in(
    const ContainerInfo& container, const std::vector<std::string>& volumes
);

/// Fine when no server's container on the engine mounts one of `mounts` (NAME or NAME:/path…).
/// Code::invalid names the volume, the container and what to write instead; else engine.hpp's
/// errors. Containers with all of `own` do not count: what is deployed may be a Triphammer, too.
/// On the logic thread.
Task<Result<>> check_server_volumes(Engine& engine, std::vector<std::string> mounts, Labels own);

/// The names of those that `wanted` means: by name or else by the beginning of an id, as the engine
/// looks for them. Pure.
std::vector<std::string> network_names(
    const std::vector<NetworkSummary>& networks, const std::vector<std::string>& wanted
);

/// Whether the container is of a server and is in one of `networks` (their names). Pure.
std::string server_network_in(
    const ContainerInfo& container, const std::vector<std::string>& networks
);

/// Fine when no server's container on the engine is in one of `wanted` (names or ids of networks,
/// also of ones that are not there). Code::invalid names the network, the container and what to
/// write instead; else engine.hpp's errors. `own` as above. On the logic thread.
Task<Result<>> check_server_networks(Engine& engine, std::vector<std::string> wanted, Labels own);

}  // namespace triphammer::docker
