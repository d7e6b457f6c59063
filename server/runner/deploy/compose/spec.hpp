#pragma once
// From a service of the file to what the engine is told, and back from what the engine lists. Pure.

#include "docker/engine.hpp"
#include "runner/deploy/compose/file.hpp"
#include "runner/deploy/names.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace triphammer::runner {

/// Docker Compose's own, so that `docker compose ps` and `logs` show the project.
inline constexpr const char* kProjectLabel = "com.docker.compose.project";
inline constexpr const char* kComposeServiceLabel = "com.docker.compose.service";
inline constexpr const char* kConfigLabel = "com.docker.compose.config-hash";
/// What the way back has to know of a container that it starts again.
inline constexpr const char* kOrderLabel = "triphammer.order";
inline constexpr const char* kRestartLabel = "triphammer.restart";
inline constexpr const char* kGraceLabel = "triphammer.stop-grace";  // seconds

/// A container of the project.
struct ComposeMember {
    std::string id;
    std::string name;
    std::string service;
    std::string config;   // hash_of_service of what it was made of
    std::string restart;  // its policy while it serves
    int order = 0;        // of starting
    std::chrono::seconds stop_grace{10};
    bool is_running = false;
    bool is_created = false;  // and was never started
    docker::Labels labels;
};

using ComposeMembers = std::vector<ComposeMember>;

/// In the order of starting.
ComposeMembers members_of(const std::vector<docker::ContainerSummary>& containers);

/// Null: there is none of this service.
const ComposeMember* find_member(const ComposeMembers& members, const std::string& service);

/// Another one for each change that a new container is needed for.
std::string hash_of_service(const ComposeService& service);

/// What effect n creates. It starts nothing by itself: restart is set once it is proven.
docker::ContainerSpec make_member_spec(
    const ComposeProject& project,
    const ComposeService& service,
    const DeployNames& names,
    std::int64_t n
);

}  // namespace triphammer::runner
