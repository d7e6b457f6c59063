#include "execution/network_policy.hpp"

#include "base/text.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <unistd.h>

#include <bit>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

namespace triphammer::execution {

namespace {

constexpr std::uint16_t kNamePort = 53;
constexpr std::size_t kMostText = 65536;

constexpr std::uint32_t octets(
    std::uint32_t first, std::uint32_t second, std::uint32_t third, std::uint32_t fourth
) {
    return first << 24U | second << 16U | third << 8U | fourth;
}

constexpr AddressRange kAlwaysClosed[] = {
    {octets(0, 0, 0, 0), 8},
    {octets(127, 0, 0, 0), 8},
    {octets(169, 254, 0, 0), 16},      // link-local: AWS, Azure, Google and most others
    {octets(192, 0, 0, 0), 24},        // protocol assignments: Oracle
    {octets(100, 100, 100, 200), 32},  // Alibaba
    {octets(168, 63, 129, 16), 32},    // Azure
    {octets(224, 0, 0, 0), 3},         // multicast, reserved, broadcast
};

std::uint32_t host_of(const sockaddr* address) {
    return ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr);
}

/// The device of the default route; a bridge may be it, then its network is the machine's own.
std::string find_uplink() {
    std::ifstream routes{"/proc/net/route"};
    std::string line;
    std::getline(routes, line);  // names of the columns
    while (std::getline(routes, line)) {
        std::istringstream fields{line};
        std::string device;
        std::string destination;
        if (fields >> device >> destination && destination == "00000000") return device;
    }
    return {};
}

/// Containers and virtual machines of this machine are on bridges.
bool is_bridge(const std::string& device) {
    return ::access(("/sys/class/net/" + device + "/bridge").c_str(), F_OK) == 0;
}

std::vector<AddressRange> list_own_ranges() {
    ifaddrs* found = nullptr;
    if (::getifaddrs(&found) != 0) return {};
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> all{found, &::freeifaddrs};
    const auto uplink = find_uplink();
    std::vector<AddressRange> out;
    for (const auto* at = found; at != nullptr; at = at->ifa_next) {
        if (at->ifa_addr == nullptr || at->ifa_addr->sa_family != AF_INET) continue;
        const auto host = host_of(at->ifa_addr);
        out.push_back({host, 32});
        if (at->ifa_netmask == nullptr || at->ifa_name == uplink || !is_bridge(at->ifa_name))
            continue;
        out.push_back({host, static_cast<unsigned>(std::popcount(host_of(at->ifa_netmask)))});
    }
    return out;
}

std::vector<Address> list_name_servers() {
    std::vector<Address> out;
    const auto text = read_file("/etc/resolv.conf", kMostText);
    if (!text) return out;
    for (const auto line : split(*text, '\n')) {
        std::istringstream fields{std::string{line}};
        std::string word;
        std::string address;
        in_addr host{};
        if (!(fields >> word >> address) || word != "nameserver") continue;
        if (::inet_pton(AF_INET, address.c_str(), &host) != 1) continue;
        out.push_back({ntohl(host.s_addr), kNamePort});
    }
    return out;
}

}  // namespace

Borders find_borders() {
    Borders out{{std::begin(kAlwaysClosed), std::end(kAlwaysClosed)}, list_name_servers()};
    for (const auto& range : list_own_ranges()) out.closed.push_back(range);
    return out;
}

bool has_same_name_servers(const Borders& borders) {
    return list_name_servers() == borders.excepted;
}

}  // namespace triphammer::execution
