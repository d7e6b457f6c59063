#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace triphammer::http {

/// An absolute http(s) URL. No user information, no fragment, no blanks or control characters.
struct Url {
    bool tls = false;
    std::string host;  // lower case; an IPv6 address without its brackets
    std::uint16_t port = 80;
    std::string target = "/";  // path and query as written, begins with '/'

    /// "host", or "host:port" where the port is not the scheme's own; brackets round IPv6.
    std::string authority() const;
    /// Same scheme, host and port.
    bool same_origin(const Url& other) const;

    friend bool operator==(const Url&, const Url&) = default;
};

/// Strict (RFC 3986, http and https only); Code::invalid says what is wrong.
Result<Url> parse_url(std::string_view text);

/// A Location relative to `base`: absolute URL or absolute path; anything else is invalid.
Result<Url> resolve_location(const Url& base, std::string_view location);

std::string to_text(const Url& url);

}  // namespace triphammer::http
