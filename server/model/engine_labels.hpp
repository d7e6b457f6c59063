#pragma once
// Names and labels of every object that the product makes on a container engine: runner, launcher
// and sweep find and adopt only what carries all of its own (docs/protocol, D1 and D2).

#include <cstdint>
#include <string>

namespace triphammer::model {

constexpr const char* kServerLabel = "triphammer.server";  // JobDocument::server_id
constexpr const char* kFenceLabel = "triphammer.fence";    // decimal
constexpr const char* kRoleLabel = "triphammer.role";      // one of these:
constexpr const char* kJobRole = "job";                    // swept with its attempt
constexpr const char* kCandidateRole = "candidate";        // retired by ledger id alone
constexpr const char* kAppRole = "app";                    // retired by ledger id alone
constexpr const char* kReadyRole = "ready";                // a network made ahead: docs/adr/0028
/// The first process of job containers lies on the engine in a volume of this name and its digest,
/// for all servers. Nobody else gets it.
constexpr const char* kSupervisorVolume = "triphammer-supervisor-";
constexpr const char* kDeploymentLabel = "triphammer.deployment";  // decimal

/// "th-1f0c9a2b-": how names begin. An engine has one name for everybody, and several servers (or
/// the data directories of one machine, one after the other) may share it; each counts from 1.
inline std::string engine_prefix(const std::string& server_id) {
    constexpr std::size_t kShortId = 8;
    return "th-" + server_id.substr(0, kShortId) + "-";
}

/// How many networks are kept ready for jobs in containers.
constexpr int kReadyNetworks = 2;
/// On the container that keeps one: the network's name.
constexpr const char* kNetworkLabel = "triphammer.network";

/// The keeper's name while nobody has its network; `slot`: 1 to kReadyNetworks.
inline std::string ready_network(const std::string& server_id, int slot) {
    return engine_prefix(server_id) + "ready-" + std::to_string(slot);
}

constexpr const char* kTakenEnding = ".network";

/// Its name once an attempt has it. No key of a file gives a container such a name.
inline std::string taken_network(const std::string& server_id, std::int64_t fence) {
    return engine_prefix(server_id) + std::to_string(fence) + kTakenEnding;
}

}  // namespace triphammer::model
