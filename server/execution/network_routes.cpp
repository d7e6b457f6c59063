#include "execution/network_routes.hpp"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

namespace triphammer::execution {

namespace {

/// The kernel numbers the loopback device of every network so.
constexpr int kLoopbackDevice = 1;

/// One message of rtnetlink: a head, a body of its kind, attributes.
class Message {
  public:
    template <class Body>
    Message(std::uint16_t kind, const Body& body) {
        head_.nlmsg_type = kind;
        head_.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE;
        bytes_.append(reinterpret_cast<const char*>(&body), sizeof body);
    }

    template <class Value>
    Message& with(std::uint16_t kind, const Value& value) {
        static_assert(sizeof value == sizeof(std::uint32_t));  // so that nothing has to be aligned
        const rtattr head{RTA_LENGTH(sizeof value), kind};
        bytes_.append(reinterpret_cast<const char*>(&head), sizeof head);
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
        return *this;
    }

    std::string text() const {
        auto head = head_;
        head.nlmsg_len = static_cast<std::uint32_t>(NLMSG_LENGTH(bytes_.size()));
        return std::string{reinterpret_cast<const char*>(&head), sizeof head} + bytes_;
    }

  private:
    nlmsghdr head_{};
    std::string bytes_;
};

Message address_message(std::uint32_t self) {
    ifaddrmsg body{};
    body.ifa_family = AF_INET;
    body.ifa_prefixlen = 32;
    body.ifa_index = kLoopbackDevice;
    Message out{RTM_NEWADDR, body};
    out.with(IFA_LOCAL, htonl(self)).with(IFA_ADDRESS, htonl(self));
    return out;
}

rtmsg route_body(unsigned char type, unsigned char scope, const AddressRange& range) {
    rtmsg out{};
    out.rtm_family = AF_INET;
    out.rtm_dst_len = static_cast<unsigned char>(range.bits);
    out.rtm_table = RT_TABLE_LOCAL;  // the first that is asked; the longest prefix decides
    out.rtm_protocol = RTPROT_BOOT;
    out.rtm_scope = scope;
    out.rtm_type = type;
    return out;
}

Message local_route(std::uint32_t self, const AddressRange& range) {
    Message out{RTM_NEWROUTE, route_body(RTN_LOCAL, RT_SCOPE_HOST, range)};
    out.with(RTA_OIF, kLoopbackDevice).with(RTA_PREFSRC, htonl(self));
    if (range.bits > 0) out.with(RTA_DST, htonl(range.host));
    return out;
}

Message closed_route(const AddressRange& range) {
    Message out{RTM_NEWROUTE, route_body(RTN_UNREACHABLE, RT_SCOPE_UNIVERSE, range)};
    const auto mask = range.bits == 0 ? 0U : ~0U << (32 - range.bits);
    out.with(RTA_DST, htonl(range.host & mask));
    return out;
}

/// Loopback is this network's own; a route of one address must not stand beside another one's.
bool needs_route(const AddressRange& range, const Borders& borders) {
    if (kLoopbackRange.contains(range.host)) return false;
    return range.bits < 32 || !borders.is_excepted(range.host);
}

/// The kernel's answer is there when the request has been sent.
Result<> carry_out(const FileDescriptor& socket, const Message& message) {
    const auto text = message.text();
    if (::send(socket.get(), text.data(), text.size(), 0) < 0) return from_errno("ask for a route");

    struct {
        nlmsghdr head;
        nlmsgerr error;
        char rest[512];
    } answer{};

    if (::recv(socket.get(), &answer, sizeof answer, 0) < 0) return from_errno("make a route");
    if (answer.head.nlmsg_type != NLMSG_ERROR) return Error{Code::io, "the kernel made no route"};
    // The same range twice is no error.
    if (answer.error.error == 0 || answer.error.error == -EEXIST) return {};
    return from_errno("make a route", -answer.error.error);
}

}  // namespace

Result<> bring_up_loopback() {
    const FileDescriptor socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    ifreq wanted{};
    std::strcpy(wanted.ifr_name, "lo");
    wanted.ifr_flags = IFF_UP | IFF_RUNNING;
    if (::ioctl(socket.get(), SIOCSIFFLAGS, &wanted) != 0) return from_errno("bring loopback up");
    return {};
}

Result<> make_all_local(std::uint32_t self, const Borders& borders) {
    const FileDescriptor socket{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
    if (!socket) return from_errno("ask for routes");
    if (auto done = carry_out(socket, address_message(self)); !done) return done;
    for (const auto& range : borders.closed) {
        if (!needs_route(range, borders)) continue;
        if (auto done = carry_out(socket, closed_route(range)); !done) return done;
    }
    for (const auto& [host, port] : borders.excepted) {
        if (kLoopbackRange.contains(host)) continue;
        if (auto done = carry_out(socket, local_route(self, {host, 32})); !done) return done;
    }
    return carry_out(socket, local_route(self, {0, 0}));
}

}  // namespace triphammer::execution
