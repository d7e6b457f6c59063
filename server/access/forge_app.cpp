#include "access/forge_app.hpp"

namespace triphammer::access {

namespace {

Binding bind_forge_app(const char* what, const store::ForgeAppRow& row) {
    return {"forge-app", what, row.app_id};
}

}  // namespace

void seal_forge_app(const Sealer& sealer, const ForgeAppKeys& keys, store::ForgeAppRow& row) {
    row.private_key = sealer.seal(keys.private_key.reveal(), bind_forge_app("private-key", row));
    row.webhook_secret = seal_app_hook_secret(sealer, keys.webhook_secret, row);
    row.client_secret =
        sealer.seal(keys.client_secret.reveal(), bind_forge_app("client-secret", row));
}

std::string seal_app_hook_secret(
    const Sealer& sealer, const Secret& secret, const store::ForgeAppRow& row
) {
    return sealer.seal(secret.reveal(), bind_forge_app("webhook-secret", row));
}

Result<ForgeAppKeys> open_forge_app(const Sealer& sealer, const store::ForgeAppRow& row) {
    const auto what = "the GitHub App " + row.name;
    auto key = sealer.open(row.private_key, bind_forge_app("private-key", row));
    if (!key) return with_context(what, key.error());
    auto webhook = sealer.open(row.webhook_secret, bind_forge_app("webhook-secret", row));
    if (!webhook) return with_context(what, webhook.error());
    auto client = sealer.open(row.client_secret, bind_forge_app("client-secret", row));
    if (!client) return with_context(what, client.error());
    ForgeAppKeys keys{std::move(*key), std::move(*webhook), std::move(*client), {}};
    if (row.old_webhook_secret.empty()) return keys;
    auto old = sealer.open(row.old_webhook_secret, bind_forge_app("webhook-secret", row));
    if (!old) return with_context(what, old.error());
    keys.old_webhook_secret = std::move(*old);
    return keys;
}

}  // namespace triphammer::access
