#pragma once
// Names and labels of every object that the product makes on a container engine: runner, launcher
// and sweep find and adopt only what carries all of its own (docs/protocol, D1 and D2).

#include <string>

namespace triphammer::model {

constexpr const char* kServerLabel = "triphammer.server";  // JobDocument::server_id
constexpr const char* kFenceLabel = "triphammer.fence";    // decimal
constexpr const char* kRoleLabel = "triphammer.role";      // one of the three:
constexpr const char* kJobRole = "job";                    // swept with its attempt
constexpr const char* kCandidateRole = "candidate";        // retired by ledger id alone
constexpr const char* kAppRole = "app";                    // retired by ledger id alone
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

}  // namespace triphammer::model
