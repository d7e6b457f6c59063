#pragma once
// Addresses and ranges of them, and whose request it is behind a proxy.

#include "base/result.hpp"
#include "http/message.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::http {

/// An IP address; IPv4 as ::ffff:a.b.c.d, so that both forms of one address are equal.
using IpAddress = std::array<std::uint8_t, 16>;

std::optional<IpAddress> parse_ip_address(std::string_view text);

/// What a client is counted by: its IPv4 address, or the /64 of its IPv6 one, which is what a
/// single customer has. Other text is returned as it is.
std::string network_of(const std::string& address);

class Networks {
  public:
    /// "192.0.2.7", "10.0.0.0/8", "2001:db8::/32". Code::invalid names the wrong one.
    static Result<Networks> parse(const std::vector<std::string>& texts);

    bool contain(std::string_view address) const;

  private:
    struct Range {
        IpAddress first;
        int bits = 128;
    };

    static std::optional<Range> parse_range(std::string_view text);

    std::vector<Range> ranges_;
};

/// The other end of the connection; where that is one of `proxies`, the last address in
/// X-Forwarded-For that is none of them. What stands before it anybody may have written.
std::string find_client(const RequestHead& head, const Networks& proxies);

}  // namespace triphammer::http
