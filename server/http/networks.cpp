#include "http/networks.hpp"

#include "base/text.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace triphammer::http {

namespace {

constexpr IpAddress kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};  // and four bytes of IPv4
constexpr int kMappedBits = 96;
constexpr int kCustomerBits = 64;

bool is_ip4(const IpAddress& address) {
    return std::equal(kMapped.begin(), kMapped.begin() + kMappedBits / 8, address.begin());
}

/// The first `bits` of it, the others zero.
IpAddress mask(IpAddress address, int bits) {
    for (int i = 0; i < 16; ++i) {
        const int kept = std::clamp(bits - i * 8, 0, 8);
        auto& byte = address[static_cast<std::size_t>(i)];
        byte = static_cast<std::uint8_t>(byte & 0xff00U >> static_cast<unsigned>(kept));
    }
    return address;
}

/// All addresses of all X-Forwarded-For fields, in their order.
std::vector<std::string> list_forwarded(const Headers& headers) {
    std::vector<std::string> out;
    for (const auto& field : headers) {
        if (!equal_ignoring_case(field.name, "X-Forwarded-For")) continue;
        for (const auto part : split(field.value, ',')) out.emplace_back(trim(part));
    }
    return out;
}

}  // namespace

std::optional<IpAddress> parse_ip_address(std::string_view text) {
    const std::string copy{text};
    auto address = kMapped;
    if (::inet_pton(AF_INET, copy.c_str(), address.data() + kMappedBits / 8) == 1) return address;
    if (::inet_pton(AF_INET6, copy.c_str(), address.data()) == 1) return address;
    return {};
}

std::string network_of(const std::string& address) {
    const auto parsed = parse_ip_address(address);
    if (!parsed || is_ip4(*parsed)) return address;
    std::array<char, INET6_ADDRSTRLEN> text{};
    const auto network = mask(*parsed, kCustomerBits);
    ::inet_ntop(AF_INET6, network.data(), text.data(), text.size());
    return text.data();
}

Result<Networks> Networks::parse(const std::vector<std::string>& texts) {
    Networks out;
    for (const auto& text : texts) {
        auto range = parse_range(text);
        if (!range) return invalid("'" + text + "' is no address or range (10.0.0.0/8, say)");
        out.ranges_.push_back(*range);
    }
    return out;
}

std::optional<Networks::Range> Networks::parse_range(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = parse_ip_address(text.substr(0, slash));
    if (!address) return {};
    if (slash == std::string_view::npos) return Range{*address, 128};
    const auto bits = parse_integer(text.substr(slash + 1));
    const int offset = is_ip4(*address) ? kMappedBits : 0;
    if (!bits || *bits < 0 || *bits > 128 - offset) return {};
    const int all = offset + static_cast<int>(*bits);
    return Range{mask(*address, all), all};
}

bool Networks::contain(std::string_view address) const {
    const auto parsed = parse_ip_address(address);
    if (!parsed) return false;
    return std::any_of(ranges_.begin(), ranges_.end(), [&](const Range& range) {
        return mask(*parsed, range.bits) == range.first;
    });
}

std::string find_client(const RequestHead& head, const Networks& proxies) {
    auto client = head.peer.address;
    if (!proxies.contain(client)) return client;
    const auto forwarded = list_forwarded(head.headers);
    for (auto named = forwarded.rbegin(); named != forwarded.rend(); ++named) {
        if (!parse_ip_address(*named)) break;
        client = *named;
        if (!proxies.contain(client)) break;
    }
    return client;
}

}  // namespace triphammer::http
