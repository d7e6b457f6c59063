#include "doctor/connections.hpp"

#include "base/text.hpp"
#include "http/url.hpp"

#include <algorithm>

namespace triphammer::doctor {

namespace {

using namespace std::chrono_literals;

constexpr auto kSkew = 30s;
// GitHub refuses an App's token that was signed a minute ahead of its time.
constexpr auto kMostSkew = 60s;
constexpr auto kSoon = 24h * 14;
constexpr std::int64_t kFewRequests = 100;

const std::string kTokenRemedy =
    "install -m 640 -g triphammer NEW-TOKEN /etc/triphammer/github-token   # github.token_file";

std::string origin(const ConnectionQuestion& question) {
    return (question.api.base.tls ? "https://" : "http://") + question.api.base.authority();
}

Finding check_names(const Connections& facts, const ConnectionQuestion& question) {
    const auto& host = question.api.base.host;
    if (facts.api.name_failure.empty()) return fine("names", host + " has an address.");
    return failure(
        "names",
        "The name " + host + " has no address: " + facts.api.name_failure + ".",
        "getent hosts " + host + " || cat /etc/resolv.conf"
    );
}

Finding check_reachable(const Connections& facts, const ConnectionQuestion& question) {
    const std::string name = "github";
    const auto where = origin(question);
    const auto& api = facts.api;
    if (api.status == 0) {
        const bool is_certificate = question.api.base.tls && api.error.code == Code::protocol;
        return failure(
            name,
            where + " cannot be reached: " + api.error.message + ".",
            is_certificate ? "apt-get install ca-certificates && update-ca-certificates"
                           : "curl -v " + where + "/zen   # a firewall, or github.api_url"
        );
    }
    if (api.status >= 500) {
        return warning(
            name,
            where + " is out of order (" + std::to_string(api.status) + ").",
            "curl -s https://www.githubstatus.com/api/v2/status.json"
        );
    }
    if (api.remaining && *api.remaining < kFewRequests) {
        return warning(
            name,
            "Only " + std::to_string(*api.remaining) + " requests are left in this hour.",
            "github.app_id: …   # an App has a limit of its own"
        );
    }
    return fine(name, where + " answers.");
}

Findings check_clock(const ApiFacts& api) {
    if (!api.ahead) return {};
    const auto off = std::chrono::abs(*api.ahead);
    const auto text = "This clock is " + std::to_string(off.count()) + " seconds " +
                      (api.ahead->count() > 0 ? "ahead of" : "behind") + " GitHub's.";
    const std::string mend = "timedatectl set-ntp true   # apt-get install systemd-timesyncd";
    if (off > kMostSkew) return {failure("clock", text, mend)};
    if (off > kSkew) return {warning("clock", text, mend)};
    return {fine("clock", "It agrees with GitHub's.")};
}

bool has_scope(const std::string& scopes, std::string_view wanted) {
    const auto all = split(scopes, ',');
    return std::any_of(all.begin(), all.end(), [&](std::string_view scope) {
        return trim(scope) == wanted;
    });
}

Finding check_scopes(const std::string& scopes) {
    const std::string name = "token";
    if (has_scope(scopes, "repo")) return fine(name, "It may set statuses and clone (repo).");
    const std::string mend = "give it the scope `repo` at https://github.com/settings/tokens";
    if (has_scope(scopes, "repo:status")) {
        return warning(name, "It may set statuses, but not clone private repositories.", mend);
    }
    return failure(name, "It may not set commit statuses: its scopes are '" + scopes + "'.", mend);
}

Findings check_token(const Connections& facts, const ConnectionQuestion& question) {
    const auto& api = facts.api;
    if (question.api.token.empty()) {
        if (question.app) return {};
        return {warning(
            "token",
            "There is none: only repositories that were connected with a token of their own get "
            "commit "
            "statuses and may be private.",
            "github.token_file: /etc/triphammer/github-token"
        )};
    }
    if (api.status == 401)
        return {failure("token", "GitHub refuses it: it is wrong or over.", kTokenRemedy)};
    if (api.status == 403) {
        return {failure(
            "token",
            "GitHub refuses it here: its organization wants it approved, or an address of its "
            "list.",
            "approve it at https://github.com/settings/tokens (Configure SSO)"
        )};
    }
    if (api.status == 0) return {};
    Findings out;
    if (api.scopes) out.push_back(check_scopes(*api.scopes));
    if (!api.scopes)
        out.push_back(fine("token", "GitHub takes it; it is for the repositories that it names."));
    if (api.expires_at && *api.expires_at - facts.now < kSoon) {
        out.push_back(
            warning("token", "It ends at " + to_rfc3339(*api.expires_at) + ".", kTokenRemedy)
        );
    }
    return out;
}

Findings check_app(const Connections& facts, const ConnectionQuestion& question) {
    if (!question.app) return {};
    if (!facts.app_error.empty()) {
        return {failure(
            "app",
            "It cannot be asked for: " + facts.app_error + ".",
            "github.private_key_file: FILE   # the .pem that GitHub made"
        )};
    }
    if (facts.app_status == 0) return {};
    if (facts.app_status == 200) return {fine("app", "GitHub knows App " + question.app->id + ".")};
    return {failure(
        "app",
        "GitHub does not take App " + question.app->id + " with this key (" +
            std::to_string(facts.app_status) + ").",
        "github.app_id and github.private_key_file: those of https://github.com/settings/apps"
    )};
}

bool is_loopback(const std::string& host) {
    return host == "localhost" || host.starts_with("127.") || host == "::1";
}

Finding check_address(const Connections& facts, const ConnectionQuestion& question) {
    const std::string name = "address";
    const std::string mend = "public_url: https://HOST   # deploy/README.md, a proxy with TLS";
    if (question.public_url.empty() && question.polls) {
        return fine(
            name,
            "Deliveries are fetched from GitHub; links in commit statuses lead to http://" +
                question.listen + "."
        );
    }
    if (question.public_url.empty()) {
        return warning(
            name,
            "There is no public_url: links in commit statuses lead to http://" + question.listen +
                ", and no webhook comes in.",
            mend + "; or, without one, github.mode: poll"
        );
    }
    const auto url = http::parse_url(question.public_url);
    if (!url) return failure(name, "public_url: " + url.error().message + ".", mend);
    if (facts.public_answer != "ok") {
        return warning(
            name,
            question.public_url + " does not lead here: " + facts.public_answer + ".",
            "curl -v " + question.public_url + "/healthz   # the proxy, its certificate, the name"
        );
    }
    if (!url->tls && !is_loopback(url->host)) {
        return warning(
            name, question.public_url + " is not https: sessions and tokens go in the clear.", mend
        );
    }
    if (url->tls && !question.ends_tls && !question.has_proxies) {
        return warning(
            name,
            question.public_url +
                " comes by a proxy that is not declared: everybody has its address, so one who "
                "guesses passwords makes all of them wait.",
            "trusted_proxies: [127.0.0.1]   # the proxy's address; it sets X-Forwarded-For"
        );
    }
    return fine(name, question.public_url + " leads here.");
}

}  // namespace

Findings examine(const Connections& facts, const ConnectionQuestion& question) {
    Findings out{check_names(facts, question)};
    const auto add = [&out](Findings more) {
        for (auto& finding : more) out.push_back(std::move(finding));
    };
    if (facts.api.name_failure.empty()) add({check_reachable(facts, question)});
    add(check_clock(facts.api));
    add(check_token(facts, question));
    add(check_app(facts, question));
    add({check_address(facts, question)});
    return out;
}

}  // namespace triphammer::doctor
