#pragma once

#include "app/config.hpp"
#include "http/server.hpp"

namespace triphammer::app {

/// Where browsers and webhooks come in: `listen`, over TLS where `tls.certificate` is set, and
/// `tls.redirect_from`. The error names the key.
Result<> open_public_listeners(const Config& config, http::Server& server);

}  // namespace triphammer::app
