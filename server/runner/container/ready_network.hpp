#pragma once
// Networks for jobs in containers, made before there is a job (docs/adr/0028). Each has a keeper: a
// container with nothing in it but the supervisor, which has cut its network off from the
// instance's metadata and waits. The container of the steps joins the keeper's network namespace,
// services the network. Whose one is, the engine remembers: to take it is to rename its keeper,
// which one process of this machine does at a time (name_hold.hpp).

#include "docker/engine.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace triphammer::runner {

struct ReadyNetwork {
    std::string name;
    std::string keeper;      // a container's name
    bool is_usable = false;  // else it is only to be removed
};

/// Takes one for the attempt, which removes it at its end. Nothing: there is none.
Task<Result<std::optional<ReadyNetwork>>> take_ready_network(
    docker::Engine& engine, std::string server_id, std::int64_t fence
);

/// Makes and starts a keeper in `network`; gives its id once no metadata can be reached there. What
/// fails half way is to be removed by its name.
Task<Result<std::string>> start_keeper(
    docker::Engine& engine, std::string name, std::string network, docker::Labels labels
);

/// Makes what is missing of `count` networks, and removes of the server's what nobody owns or can
/// use: of others that were made ahead, those whose keeper has ended, and halves.
Task<Result<>> tend_ready_networks(docker::Engine& engine, std::string server_id, int count);

/// The program `triphammer-runner networks ENGINE SERVER COUNT`, started by the launcher: its exit
/// status. One at a time.
int run_network_keeper(
    const std::string& docker_host, const std::string& server_id, const std::string& count
);

}  // namespace triphammer::runner
