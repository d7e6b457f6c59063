#include "runner/host/datagram_relay.hpp"

#include "base/deadline.hpp"
#include "execution/network_policy.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace triphammer::runner {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;
using execution::Address;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kMostBytes = 65536;
constexpr std::size_t kMostTalks = 150;
constexpr milliseconds kSilence{30'000};
/// A question to a name server, once it was answered: glibc asks two from one socket.
constexpr milliseconds kAfterAnswer{1'000};
constexpr std::uint16_t kNamePort = 53;

sockaddr_in to_name(const Address& address) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_addr.s_addr = htonl(address.host);
    out.sin_port = htons(address.port);
    return out;
}

Address to_address(const sockaddr_in& name) {
    return {ntohl(name.sin_addr.s_addr), ntohs(name.sin_port)};
}

bool connect(const FileDescriptor& socket, const Address& to) {
    const auto name = to_name(to);
    return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0;
}

Task<> wait_readable(Descriptor& socket, bool& is_readable) {
    const auto done =
        co_await socket.async_wait(Descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
    is_readable = !std::get<0>(done);
}

}  // namespace

struct DatagramRelay::Datagram {
    Address from;
    Address to;
    std::string bytes;

    /// Nothing is there, or it cannot be told where it should have gone.
    bool receive(int socket) {
        sockaddr_in sender{};
        alignas(cmsghdr) char space[CMSG_SPACE(sizeof(sockaddr_in))];
        bytes.resize(kMostBytes);
        iovec text{bytes.data(), bytes.size()};
        msghdr message{};
        message.msg_name = &sender;
        message.msg_namelen = sizeof sender;
        message.msg_iov = &text;
        message.msg_iovlen = 1;
        message.msg_control = space;
        message.msg_controllen = sizeof space;
        const auto count = ::recvmsg(socket, &message, MSG_DONTWAIT);
        const cmsghdr* head = count >= 0 ? CMSG_FIRSTHDR(&message) : nullptr;
        if (head == nullptr || head->cmsg_type != IP_ORIGDSTADDR) return false;
        sockaddr_in wanted{};
        std::memcpy(&wanted, CMSG_DATA(head), sizeof wanted);
        bytes.resize(static_cast<std::size_t>(count));
        from = to_address(sender);
        to = to_address(wanted);
        return true;
    }
};

struct DatagramRelay::Talk {
    Talk(const Executor& executor, FileDescriptor in, FileDescriptor out, Address to)
        : inside{executor, in.release()}, outside{executor, out.release()}, other{to} {}

    void close() {
        boost::system::error_code ignored;
        inside.close(ignored);
        outside.close(ignored);
    }

    milliseconds patience() const {
        return other.port == kNamePort && answered ? kAfterAnswer : kSilence;
    }

    Descriptor inside;
    Descriptor outside;
    Address other;
    bool answered = false;
    std::uint64_t packets = 0;  // of both directions
};

void DatagramRelay::serve(FileDescriptor socket, std::optional<Address> target) {
    tasks_.spawn("datagrams", take(std::move(socket), target));
}

Task<> DatagramRelay::take(FileDescriptor socket, std::optional<Address> target) {
    Descriptor waiter{executor_, socket.release()};
    Datagram datagram;
    for (;;) {
        const auto waited =
            co_await waiter.async_wait(Descriptor::wait_read, asio::as_tuple(asio::use_awaitable));
        if (std::get<0>(waited)) co_return;
        if (!datagram.receive(waiter.native_handle())) continue;
        if (!target && !execution::find_borders().may_pass(datagram.to)) continue;
        const auto talk = talk_of(datagram, target.value_or(datagram.to));
        if (!talk || !talk->outside.is_open()) continue;
        ++talk->packets;
        const auto& bytes = datagram.bytes;
        (void)::send(talk->outside.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    }
}

/// A datagram may have been on its way already when its talk began.
std::shared_ptr<DatagramRelay::Talk> DatagramRelay::talk_of(
    const Datagram& datagram, const Address& target
) {
    std::erase_if(talks_, [](const auto& one) { return one.second.expired(); });
    const auto found = talks_.find({datagram.from, datagram.to});
    if (found != talks_.end()) return found->second.lock();
    if (talks_.size() >= kMostTalks) return {};
    return begin(datagram, target);
}

std::shared_ptr<DatagramRelay::Talk> DatagramRelay::begin(
    const Datagram& datagram, const Address& target
) {
    auto inside = network_.open(SOCK_DGRAM, datagram.to);
    FileDescriptor outside{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!inside || !outside) return {};
    if (!connect(*inside, datagram.from) || !connect(outside, target)) return {};
    auto talk =
        std::make_shared<Talk>(executor_, std::move(*inside), std::move(outside), datagram.to);
    talks_[{datagram.from, datagram.to}] = talk;
    tasks_.spawn("answers", pump(talk, false));
    tasks_.spawn("questions", pump(talk, true));
    return talk;
}

/// Until neither side has said anything for a while.
Task<> DatagramRelay::pump(std::shared_ptr<Talk> talk, bool outwards) {
    auto& from = outwards ? talk->inside : talk->outside;
    auto& to = outwards ? talk->outside : talk->inside;
    std::string bytes(kMostBytes, '\0');
    for (;;) {
        const auto before = talk->packets;
        bool is_readable = false;
        auto waiting = wait_readable(from, is_readable);
        auto in_time = finish_within(std::move(waiting), talk->patience());
        const bool ended = co_await std::move(in_time);
        if (ended && !is_readable) break;
        if (!ended && talk->packets == before) break;
        if (!ended || !to.is_open()) continue;
        const auto count = ::recv(from.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (count < 0) continue;
        ++talk->packets;
        talk->answered = talk->answered || !outwards;
        const auto size = static_cast<std::size_t>(count);
        (void)::send(to.native_handle(), bytes.data(), size, MSG_DONTWAIT);
    }
    talk->close();
}

}  // namespace triphammer::runner
