#include "git/url.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <optional>

namespace triphammer::git {

namespace {

constexpr std::size_t kMaxBytes = 2048;

struct Authority {
    std::string user;
    std::string host;  // lower case, brackets of IPv6 kept
    std::string port;  // digits, or empty

    std::string text() const { return port.empty() ? host : host + ":" + port; }
};

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_host(std::string_view host) {
    if (host.empty() || host.front() == '-' || host.front() == '.') return false;
    return std::all_of(host.begin(), host.end(), [](char c) {
        return is_alphanumeric(c) || c == '-' || c == '.';
    });
}

bool is_ipv6(std::string_view host) {
    if (host.size() < 4 || host.front() != '[' || host.back() != ']') return false;
    host = host.substr(1, host.size() - 2);
    return std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
    });
}

bool is_port(std::string_view port) {
    const auto number = parse_integer(port);
    return number && *number >= 1 && *number <= 65535 && port.front() != '0';
}

/// No query, no fragment, nothing that a shell, a terminal or a page could trip over.
bool is_path(std::string_view path) {
    constexpr std::string_view kAllowed = "/-._~%+=,:@";
    if (path.size() < 2 || path.find("/../") != std::string_view::npos) return false;
    if (path.ends_with("/..")) return false;
    return std::all_of(path.begin(), path.end(), [&](char c) {
        return is_alphanumeric(c) || kAllowed.find(c) != std::string_view::npos;
    });
}

std::optional<Authority> parse_authority(std::string_view text) {
    Authority out;
    if (const auto at = text.rfind('@'); at != std::string_view::npos) {
        out.user = text.substr(0, at);
        text.remove_prefix(at + 1);
    }
    const auto bracket = text.rfind(']');
    const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
    out.host = to_lower(text.substr(0, colon));
    if (!is_host(out.host) && !is_ipv6(out.host)) return {};
    if (colon == std::string_view::npos) return out;
    out.port = text.substr(colon + 1);
    if (!is_port(out.port)) return {};
    return out;
}

bool is_loopback(const std::string& host) {
    if (host == "localhost" || host == "[::1]") return true;
    const auto parts = split(host, '.');
    return parts.size() == 4 && parts[0] == "127" &&
           std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
               const auto number = parse_integer(part);
               return number && *number <= 255;
           });
}

bool is_listed(const std::vector<std::string>& list, const Authority& authority) {
    return std::any_of(list.begin(), list.end(), [&](const std::string& entry) {
        const auto wanted = to_lower(entry);
        return wanted == authority.host || wanted == authority.text();
    });
}

Result<> check_userinfo(const std::string& scheme, const Authority& authority, bool written) {
    if (!written) return {};
    // ssh needs a user name, and every host of repositories calls it git; it is no credential.
    if (scheme == "ssh" && authority.user == "git") return {};
    return invalid(
        "a repository's address must not hold a user name or password; give a token instead"
    );
}

Result<> check_host(const std::string& scheme, const Authority& authority, const UrlRules& rules) {
    if (scheme == "http") {
        const bool listed = is_listed(rules.insecure_hosts, authority);
        if (listed && is_loopback(authority.host)) return {};
        return refused(
            "plain http is taken from loopback hosts in git.insecure_hosts only; use https"
        );
    }
    if (rules.hosts.empty() || is_listed(rules.hosts, authority)) return {};
    return refused(
        "this server does not fetch from the host '" + authority.text() +
        "': an admin lists it at git.hosts in the configuration"
    );
}

Result<std::string> take_scheme(std::string_view url) {
    const auto end = url.find("://");
    if (url.starts_with('-') || end == std::string_view::npos) {
        return invalid(
            "a repository's address looks like https://HOST/OWNER/NAME.git, or with a deploy key "
            "ssh://git@HOST/OWNER/NAME.git"
        );
    }
    const std::string scheme{url.substr(0, end)};
    if (scheme == "https" || scheme == "ssh" || scheme == "http") return scheme;
    return invalid("a repository's address begins with https:// or ssh://");
}

}  // namespace

Result<RemoteUrl> check_url(std::string_view url, const UrlRules& rules) {
    if (url.size() > kMaxBytes) return invalid("a repository's address has at most 2048 bytes");
    auto scheme = take_scheme(url);
    if (!scheme) return scheme.error();
    const auto rest = url.substr(scheme->size() + 3);
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos || !is_path(rest.substr(slash))) {
        return invalid(
            "a repository's address needs a plain path, as in https://HOST/OWNER/NAME.git"
        );
    }
    const auto written = rest.substr(0, slash);
    auto authority = parse_authority(written);
    if (!authority) return invalid("the host in a repository's address is not a host name");
    const bool has_userinfo = written.find('@') != std::string_view::npos;
    if (auto ok = check_userinfo(*scheme, *authority, has_userinfo); !ok) return ok.error();
    if (auto ok = check_host(*scheme, *authority, rules); !ok) return ok.error();
    RemoteUrl out;
    out.scheme_ = *scheme;
    out.host_ = authority->text();
    const std::string user = has_userinfo ? "git@" : "";
    out.text_ = out.scheme_ + "://" + user + out.host_ + std::string{rest.substr(slash)};
    return out;
}

}  // namespace triphammer::git
