#include "http/url.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace triphammer::http {

namespace {

constexpr std::size_t kMaxUrl = 8 * 1024;

bool is_host_char(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_';
}

bool is_address_char(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
}

std::uint16_t default_port(bool tls) {
    return tls ? 443 : 80;
}

Result<> read_port(std::string_view text, Url& url) {
    const auto port = parse_integer(text);
    if (!port || *port < 1 || *port > 65535) return invalid("the URL's port is not 1 to 65535");
    url.port = static_cast<std::uint16_t>(*port);
    return {};
}

Result<> read_ip6(std::string_view authority, Url& url) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return invalid("the URL's IPv6 address has no ']'");
    url.host = to_lower(authority.substr(1, end - 1));
    if (url.host.empty() || !std::all_of(url.host.begin(), url.host.end(), is_address_char)) {
        return invalid("the URL's IPv6 address has a forbidden character");
    }
    const auto rest = authority.substr(end + 1);
    if (rest.empty()) return {};
    if (!rest.starts_with(':')) return invalid("the URL's host is followed by something odd");
    return read_port(rest.substr(1), url);
}

Result<> read_authority(std::string_view authority, Url& url) {
    if (authority.find('@') != std::string_view::npos) {
        return invalid("a URL may not carry a user or a password");
    }
    url.port = default_port(url.tls);
    if (authority.starts_with('[')) return read_ip6(authority, url);
    const auto colon = std::min(authority.find(':'), authority.size());
    url.host = to_lower(authority.substr(0, colon));
    const bool plain = std::all_of(url.host.begin(), url.host.end(), is_host_char);
    if (url.host.empty() || url.host.size() > 253 || !plain) {
        return invalid("the URL's host is missing or has a forbidden character");
    }
    if (colon == authority.size()) return {};
    return read_port(authority.substr(colon + 1), url);
}

Result<std::string_view> take_scheme(std::string_view text, Url& url) {
    const auto end = text.find("://");
    const auto scheme = to_lower(text.substr(0, std::min(end, text.size())));
    if (end == std::string_view::npos || (scheme != "http" && scheme != "https")) {
        return invalid("a URL must begin with http:// or https://");
    }
    url.tls = scheme == "https";
    return text.substr(end + 3);
}

bool is_visible(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return c > 0x20 && c < 0x7f && c != '#' && c != '\\';
    });
}

}  // namespace

std::string Url::authority() const {
    std::string out = host.find(':') == std::string::npos ? host : '[' + host + ']';
    if (port != default_port(tls)) out += ':' + std::to_string(port);
    return out;
}

bool Url::same_origin(const Url& other) const {
    return tls == other.tls && host == other.host && port == other.port;
}

Result<Url> parse_url(std::string_view text) {
    if (text.size() > kMaxUrl) return invalid("the URL is too long");
    if (!is_visible(text)) return invalid("the URL has a blank, a '#' or a control character");
    Url url;
    auto rest = take_scheme(text, url);
    if (!rest) return rest.error();
    const auto slash = std::min(rest->find_first_of("/?"), rest->size());
    if (auto read = read_authority(rest->substr(0, slash), url); !read) return read.error();
    url.target = rest->substr(slash);
    if (!url.target.starts_with('/')) url.target.insert(0, "/");
    return url;
}

Result<Url> resolve_location(const Url& base, std::string_view location) {
    if (!location.starts_with('/')) return parse_url(location);
    if (location.starts_with("//")) return invalid("a redirect without a scheme is not followed");
    if (!is_visible(location)) return invalid("the redirect has a forbidden character");
    Url url = base;
    url.target = location;
    return url;
}

std::string to_text(const Url& url) {
    return (url.tls ? "https://" : "http://") + url.authority() + url.target;
}

}  // namespace triphammer::http
