#pragma once
// Green needs proof (E8). Pure; asked by the driver before it claims success and by deployments/
// before the row says so.

#include "rollout/effect.hpp"

namespace triphammer::rollout {

struct Evidence {
    Effects effects;
    std::string our_object;     // the target's id of what this deployment made
    std::string live_object;    // the id of what serves now, read from the target
    std::string ledger_digest;  // sha256:… that was to be deployed
    std::string live_digest;    // of what serves now
    bool is_verified = false;   // the probes passed, and after the switch
};

/// What is missing, one sentence each; green is empty.
std::vector<std::string> list_missing_proofs(const Evidence& evidence);

}  // namespace triphammer::rollout
