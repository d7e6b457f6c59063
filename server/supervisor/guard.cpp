#include "supervisor/guard.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/route.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <vector>

namespace triphammer::supervisor {

namespace {

struct Network {
    std::uint32_t address;
    std::uint32_t mask;
};

/// Link-local: AWS, Azure, Google and most others; then Alibaba's.
constexpr std::array kMetadata{
    Network{0xA9FE0000U, 0xFFFF0000U}, Network{0x646464C8U, 0xFFFFFFFFU}};

void put_address(sockaddr& out, std::uint32_t address) {
    sockaddr_in value{};
    value.sin_family = AF_INET;
    value.sin_addr.s_addr = htonl(address);
    std::memcpy(&out, &value, sizeof value);
}

int reject(int socket, const Network& network) {
    rtentry route{};
    put_address(route.rt_dst, network.address);
    put_address(route.rt_genmask, network.mask);
    route.rt_flags = RTF_UP | RTF_REJECT;
    if (network.mask == 0xFFFFFFFFU) route.rt_flags |= RTF_HOST;
    return ::ioctl(socket, SIOCADDRT, &route) == 0 || errno == EEXIST ? 0 : errno;
}

using Fields = std::vector<std::string_view>;

/// Empty where there is none. No streams: they would make this program three times as large.
std::string read_text(const char* path) {
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    std::string out;
    char piece[4096];
    for (;;) {
        const auto count = file < 0 ? 0 : ::read(file, piece, sizeof piece);
        if (count <= 0) break;
        out.append(piece, static_cast<std::size_t>(count));
    }
    if (file >= 0) ::close(file);
    return out;
}

Fields split(std::string_view text, char separator) {
    Fields out;
    for (;;) {
        const auto end = std::min(text.find(separator), text.size());
        out.push_back(text.substr(0, end));
        if (end == text.size()) return out;
        text.remove_prefix(end + 1);
    }
}

/// The line of a file like /etc/passwd whose field `at` is `value`; empty: there is none.
Fields find_line(std::string_view file, std::size_t at, std::string_view value) {
    for (const auto line : split(file, '\n')) {
        auto fields = split(line, ':');
        if (fields.size() > 3 && fields[at] == value) return fields;
    }
    return {};
}

std::optional<unsigned> number_of(std::string_view text) {
    unsigned value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

struct Identity {
    unsigned user = 0;
    unsigned group = 0;
    std::string name;  // empty: the image does not know it
};

std::optional<Identity> find_user(std::string_view text) {
    const auto number = number_of(text);
    const auto known = read_text("/etc/passwd");
    const auto line = find_line(known, number ? 2 : 0, text);
    if (line.empty() && !number) return {};
    Identity out;
    out.user = line.empty() ? *number : number_of(line[2]).value_or(0);
    if (line.empty()) return out;
    out.group = number_of(line[3]).value_or(0);
    out.name = line[0];
    return out;
}

std::optional<unsigned> find_group(std::string_view text) {
    if (const auto number = number_of(text)) return number;
    const auto known = read_text("/etc/group");
    const auto line = find_line(known, 0, text);
    return line.empty() ? std::nullopt : number_of(line[2]);
}

/// What the engine gave (--group-add), and those that /etc/group has the user in.
std::vector<gid_t> groups_of(const Identity& identity) {
    std::vector<gid_t> out(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
    if (::getgroups(static_cast<int>(out.size()), out.data()) < 0) out.clear();
    out.erase(std::remove(out.begin(), out.end(), gid_t{0}), out.end());  // root's own
    if (identity.name.empty()) return out;
    const auto known = read_text("/etc/group");
    for (const auto line : split(known, '\n')) {
        const auto fields = split(line, ':');
        const auto group = fields.size() > 3 ? number_of(fields[2]) : std::nullopt;
        if (!group) continue;
        for (const auto member : split(fields[3], ',')) {
            if (member == identity.name) out.push_back(*group);
        }
    }
    return out;
}

}  // namespace

int cut_off_metadata() {
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return errno;
    int failure = 0;
    for (const auto& network : kMetadata) {
        if (failure == 0) failure = reject(socket, network);
    }
    ::close(socket);
    return failure;
}

/// Interface, destination, gateway, flags … between tabs; numbers in hex, addresses as they lie in
/// memory.
bool is_cut_off() {
    const auto table = read_text("/proc/net/route");
    for (const auto line : split(table, '\n')) {
        const auto fields = split(line, '\t');
        if (fields.size() < 4) continue;
        const auto destination = std::strtoul(std::string{fields[1]}.c_str(), nullptr, 16);
        const auto flags = std::strtoul(std::string{fields[3]}.c_str(), nullptr, 16);
        if (destination == htonl(kMetadata[0].address) && (flags & RTF_REJECT) != 0) return true;
    }
    return false;
}

int drop_guard_rights() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> sets{};
    if (::syscall(SYS_capget, &header, sets.data()) != 0) return errno;
    for (const int capability : {CAP_NET_ADMIN, CAP_SETPCAP}) {
        if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno != EPERM) return errno;
        const auto bit = ~(1U << static_cast<unsigned>(capability));
        sets[0].effective &= bit;
        sets[0].permitted &= bit;
        sets[0].inheritable &= bit;
    }
    return ::syscall(SYS_capset, &header, sets.data()) == 0 ? 0 : errno;
}

std::string become(std::string_view user, const std::vector<std::string>& folders) {
    const auto colon = std::min(user.find(':'), user.size());
    const auto identity = find_user(user.substr(0, colon));
    if (!identity) return "the image has no user " + std::string{user.substr(0, colon)};
    auto group = std::optional<unsigned>{identity->group};
    if (colon < user.size()) group = find_group(user.substr(colon + 1));
    if (!group) return "the image has no group " + std::string{user.substr(colon + 1)};
    const auto groups = groups_of(*identity);
    for (const auto& folder : folders) (void)!::chown(folder.c_str(), identity->user, *group);
    if (::setgroups(groups.size(), groups.data()) != 0 ||
        ::setresgid(*group, *group, *group) != 0 ||
        ::setresuid(identity->user, identity->user, identity->user) != 0) {
        return "cannot become " + std::string{user} + ": " + std::strerror(errno);
    }
    return {};
}

}  // namespace triphammer::supervisor
