#include "execution/network.hpp"

#include "execution/network_capture.hpp"
#include "execution/network_routes.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

namespace triphammer::execution {

namespace {

constexpr const char* kOwnNetwork = "/proc/thread-self/ns/net";
constexpr int kBacklog = 1024;
/// Ours alone, and nobody's outside (source: RFC 7600, the IPv4 dummy address).
constexpr std::uint32_t kOwnAddress = 0xc0000008;

Error no_network(const Error& why) {
    return Error{
        Code::unavailable,
        "the job's network cannot be made: " + why.message +
            " (Linux 5.9 with network namespaces and BPF is needed; or map the job's label to "
            "docker:IMAGE in runs_on)"};
}

/// While it lives, sockets of this thread are made in another network.
class Visit {
  public:
    Visit(const FileDescriptor& inside, const FileDescriptor& outside) : outside_{outside} {
        go(inside);
    }

    ~Visit() noexcept(false) { go(outside_); }

    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

  private:
    static void go(const FileDescriptor& network) {
        if (::setns(network.get(), CLONE_NEWNET) == 0) return;
        throw std::runtime_error{"this process is lost in a network that is not its own"};
    }

    const FileDescriptor& outside_;
};

Result<FileDescriptor> open_here(int type, const Address& address) {
    FileDescriptor out{::socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!out) return from_errno("make a socket");
    const int on = 1;
    ::setsockopt(out.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (type == SOCK_DGRAM) ::setsockopt(out.get(), SOL_IP, IP_RECVORIGDSTADDR, &on, sizeof on);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(address.host);
    name.sin_port = htons(address.port);
    if (::bind(out.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) {
        return from_errno("bind a socket");
    }
    if (type == SOCK_STREAM && ::listen(out.get(), kBacklog) != 0) return from_errno("listen");
    return out;
}

}  // namespace

bool Borders::is_excepted(std::uint32_t host) const {
    return std::any_of(excepted.begin(), excepted.end(), [&](const auto& one) {
        return one.host == host;
    });
}

bool Borders::may_pass(const Address& to) const {
    if (std::find(excepted.begin(), excepted.end(), to) != excepted.end()) return true;
    return std::none_of(closed.begin(), closed.end(), [&](const auto& range) {
        return range.contains(to.host);
    });
}

Result<Network> Network::make(std::optional<Borders> borders) {
    Network out;
    out.borders_ = std::move(borders);
    auto outside = open_file(kOwnNetwork, O_RDONLY);
    if (!outside) return no_network(outside.error());
    out.outside_ = std::move(*outside);
    if (::unshare(CLONE_NEWNET) != 0) return no_network(from_errno("make a namespace"));
    auto inside = open_file(kOwnNetwork, O_RDONLY);
    if (!inside) throw std::runtime_error{inside.error().message};
    out.inside_ = std::move(*inside);
    Result<> done;
    {
        const Visit visit{out.inside_, out.outside_};
        done = out.furnish();
    }
    if (!done) return no_network(done.error());
    return out;
}

Result<> Network::furnish() {
    if (auto up = bring_up_loopback(); !up) return up;
    if (!borders_) return {};
    if (auto routed = make_all_local(kOwnAddress, *borders_); !routed) return routed;
    return capture();
}

Result<> Network::capture() {
    auto connections = open_here(SOCK_STREAM, {kOwnAddress, 1});
    if (!connections) return connections.error();
    auto datagrams = open_here(SOCK_DGRAM, {kOwnAddress, 1});
    if (!datagrams) return datagrams.error();
    auto link = capture_all(inside_, *connections, *datagrams, kOwnAddress);
    if (!link) return link.error();
    connections_ = std::move(*connections);
    datagrams_ = std::move(*datagrams);
    capture_ = std::move(*link);
    return {};
}

Result<FileDescriptor> Network::open(int type, const Address& address) const {
    const Visit visit{inside_, outside_};
    return open_here(type, address);
}

}  // namespace triphammer::execution
