#pragma once

#include "access/forge_app.hpp"
#include "github/app.hpp"
#include "intake/hook_book.hpp"

#include <optional>

namespace triphammer::app {

struct StoredApp {
    github::AppIdentity identity;
    Secret webhook_secret;
    intake::OldSecret old_webhook_secret;
};

/// The GitHub App that was made from here; nothing: there is none. Code::invalid where the master
/// key does not open it.
Result<std::optional<StoredApp>> load_forge_app(
    store::Connection& db, const access::Sealer& sealer
);

}  // namespace triphammer::app
