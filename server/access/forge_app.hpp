#pragma once
// The GitHub App that was made from the dashboard: its key and secrets, sealed at rest, each bound
// to what it is and to the App's number. Any thread.

#include "access/sealing.hpp"
#include "store/forge/forge_app_store.hpp"

namespace triphammer::access {

/// What only the App's owner knows.
struct ForgeAppKeys {
    Secret private_key;  // PEM
    Secret webhook_secret;
    Secret client_secret;
    Secret old_webhook_secret;  // until the row's time for it; empty: none
};

/// Puts them into the row, whose `app_id` is set.
void seal_forge_app(const Sealer& sealer, const ForgeAppKeys& keys, store::ForgeAppRow& row);
std::string seal_app_hook_secret(
    const Sealer& sealer, const Secret& secret, const store::ForgeAppRow& row
);
/// Code::invalid: another master key, or a changed row.
Result<ForgeAppKeys> open_forge_app(const Sealer& sealer, const store::ForgeAppRow& row);

}  // namespace triphammer::access
