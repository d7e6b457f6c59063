#include "app/forge_app.hpp"

namespace triphammer::app {

Result<std::optional<StoredApp>> load_forge_app(
    store::Connection& db, const access::Sealer& sealer
) {
    const auto row = store::find_forge_app(db);
    if (!row) return std::optional<StoredApp>{};
    auto keys = access::open_forge_app(sealer, *row);
    if (!keys) return keys.error();
    return StoredApp{
        {row->app_id, std::move(keys->private_key)},
        std::move(keys->webhook_secret),
        {std::move(keys->old_webhook_secret), row->old_secret_until}};
}

}  // namespace triphammer::app
