#pragma once

// Labels of every object that the product makes on a container engine: runner, launcher and sweep
// find and adopt only what carries all of its own (docs/protocol, D1 and D2).

namespace triphammer::model {

constexpr const char* kServerLabel = "triphammer.server";          // JobDocument::server_id
constexpr const char* kFenceLabel = "triphammer.fence";            // decimal
constexpr const char* kRoleLabel = "triphammer.role";              // one of the three:
constexpr const char* kJobRole = "job";                            // swept with its attempt
constexpr const char* kCandidateRole = "candidate";                // retired by ledger id alone
constexpr const char* kAppRole = "app";                            // retired by ledger id alone
constexpr const char* kDeploymentLabel = "triphammer.deployment";  // decimal

}  // namespace triphammer::model
