#include "app/listening.hpp"

#include "api/router.hpp"
#include "base/text.hpp"

namespace triphammer::app {

namespace {

/// "[::1]:7707" → {"::1", 7707}; config checked the form.
std::pair<std::string, std::uint16_t> split_address(const std::string& listen) {
    const auto colon = listen.rfind(':');
    auto host = listen.substr(0, colon);
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    if (host == "localhost") host = "127.0.0.1";
    return {host, static_cast<std::uint16_t>(parse_integer(listen.substr(colon + 1)).value_or(0))};
}

Result<> open_redirect(const Config& config, http::Server& server) {
    if (config.tls_redirect_from.empty()) return {};
    const auto [host, port] = split_address(config.tls_redirect_from);
    const std::string name{api::kRedirectListener};
    const auto bound = server.listen_tcp(host, port, name, http::OverRestarts::closed);
    if (!bound) return with_context("tls.redirect_from", bound.error());
    return {};
}

}  // namespace

Result<> open_public_listeners(const Config& config, http::Server& server) {
    auto proxies = http::Networks::parse(config.trusted_proxies);
    if (!proxies) return with_context("trusted_proxies", proxies.error());
    server.trust(std::move(*proxies), config.base_url().starts_with("https://"));
    const auto [host, port] = split_address(config.listen);
    const std::string name{api::kPublicListener};
    const bool has_tls = !config.tls.certificate.empty();
    const auto bound = has_tls ? server.listen_tls(host, port, name, config.tls)
                               : server.listen_tcp(host, port, name);
    if (!bound) return with_context("listen " + config.listen, bound.error());
    return open_redirect(config, server);
}

}  // namespace triphammer::app
