#include "app/auth_config.hpp"
#include "app/channel_config.hpp"
#include "app/config.hpp"
#include "base/text.hpp"
#include "docker/reference.hpp"
#include "github/jwt.hpp"
#include "http/networks.hpp"
#include "http/url.hpp"

#include <utility>

namespace triphammer::app {

namespace {

bool is_address(std::string_view listen) {
    const auto colon = listen.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    const auto port = parse_integer(listen.substr(colon + 1));
    return port && *port <= 65535;
}

bool is_loopback(std::string_view listen) {
    return listen.starts_with("127.") || listen.starts_with("localhost:") ||
           listen.starts_with("[::1]:");
}

Result<> check_tls(const Config& config) {
    const bool has_tls = !config.tls.certificate.empty();
    if (has_tls == config.tls.key.empty()) {
        return invalid("tls.certificate and tls.key belong together: set both, or none");
    }
    const auto& from = config.tls_redirect_from;
    if (from.empty()) return {};
    if (!has_tls) return invalid("tls.redirect_from leads to TLS: set tls.certificate and tls.key");
    if (!is_address(from))
        return invalid("tls.redirect_from: '" + from + "' is not ADDRESS:PORT, 0.0.0.0:80 say");
    if (from == config.listen)
        return invalid("tls.redirect_from is listen: plain HTTP needs an address of its own");
    return {};
}

/// GitHub hands a delivery out again for three days: one that was forgotten would count as new.
Result<> check_retention(const store::RetentionSettings& retention) {
    constexpr std::int64_t kFewest = 7;
    const auto days = retention.delivery_days;
    if (days == 0 || days >= kFewest) return {};
    return invalid("retention.delivery_days must be 0 (ever) or at least 7");
}

Result<> check_hook_secrets(const GithubConfig& github) {
    constexpr std::size_t kShortest = 16;
    for (const auto& [key, secret] :
         {std::pair{"github.webhook_secret", &github.webhook_secret},
          std::pair{"github.webhook_secret_previous", &github.webhook_secret_previous}}) {
        const auto size = secret->reveal().size();
        if (size == 0 || size >= kShortest) continue;
        return invalid(std::string{key} + " is shorter than 16 characters; make a random one");
    }
    if (github.webhook_secret.empty() && !github.webhook_secret_previous.empty()) {
        return invalid(
            "github.webhook_secret_previous is the one before github.webhook_secret: set that, too"
        );
    }
    return {};
}

Result<> check_app(const GithubConfig& github) {
    const bool has_key = !github.private_key.empty();
    if (github.app_id.empty() && !has_key) return {};
    if (github.app_id.empty() || !has_key) {
        return invalid("github.app_id and github.private_key belong together: set both, or none");
    }
    const auto tried = github::make_app_jwt(github.app_id, github.private_key, TimePoint{});
    if (!tried) return with_context("github.private_key", tried.error());
    return {};
}

}  // namespace

Result<> check(const Config& config) {
    if (!is_address(config.listen)) {
        return invalid("listen: '" + config.listen + "' is not ADDRESS:PORT, 127.0.0.1:7707 say");
    }
    const bool has_tls = !config.tls.certificate.empty();
    if (!is_loopback(config.listen) && config.trusted_proxies.empty() && !has_tls) {
        return invalid(
            "listen: " + config.listen +
            " is not loopback; set tls.certificate and tls.key, name the TLS proxy in front of it "
            "under trusted_proxies, or listen on 127.0.0.1"
        );
    }
    if (auto tls = check_tls(config); !tls) return tls;
    if (auto proxies = http::Networks::parse(config.trusted_proxies); !proxies) {
        return with_context("trusted_proxies", proxies.error());
    }
    if (auto retention = check_retention(config.retention); !retention) return retention;
    if (auto secrets = check_hook_secrets(config.github); !secrets) return secrets;
    if (const auto image = docker::parse_reference(config.switch_image); !image) {
        return with_context("docker.switch_image", image.error());
    }
    if (auto app = check_app(config.github); !app) return app;
    if (auto auth = check_auth(config); !auth) return auth;
    if (auto channels = check_channels(config); !channels) return channels;
    for (const auto& url : {config.github.api_url, config.github.url}) {
        const auto parsed = http::parse_url(url);
        if (!parsed) return invalid("github: '" + url + "': " + parsed.error().message);
    }
    return {};
}

}  // namespace triphammer::app
