#include "execution/network.hpp"

#include "execution/network_capture.hpp"
#include "execution/network_routes.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <functional>

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

struct Errand {
    int network;
    const std::function<Result<>()>& work;
    pid_t thread = 0;
    Result<> done;
};

void* run_errand(void* given) {
    auto& errand = *static_cast<Errand*>(given);
    errand.thread = ::gettid();
    const auto network = errand.network;
    const int there = network < 0 ? ::unshare(CLONE_NEWNET) : ::setns(network, CLONE_NEWNET);
    errand.done = there == 0 ? errand.work() : from_errno("enter a network");
    return nullptr;
}

/// Does `work` on a thread that is in `network`, or in a new one if that is negative, and ends
/// there: who has no right over the machine could not come back. This process has one thread again.
Result<> do_inside(int network, const std::function<Result<>()>& work) {
    Errand errand{network, work, 0, {}};
    pthread_t thread{};
    const int failure = ::pthread_create(&thread, nullptr, run_errand, &errand);
    if (failure != 0) return from_errno("start a thread", failure);
    ::pthread_join(thread, nullptr);
    // It counts as joined a moment before its end.
    while (::tgkill(::getpid(), errand.thread, 0) == 0) ::sched_yield();
    return errand.done;
}

/// The same without a thread: whoever is root over the machine comes back.
Result<> do_there(int network, const std::function<Result<>()>& work) {
    const auto own = open_file(kOwnNetwork, O_RDONLY);
    if (!own) return own.error();
    if (::setns(network, CLONE_NEWNET) != 0) return from_errno("enter a network");
    auto done = work();
    if (::setns(own->get(), CLONE_NEWNET) != 0) std::abort();  // never go on in a job's network
    return done;
}

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

Result<Network> Network::make(std::optional<Borders> borders, FileDescriptor empty) {
    Network out;
    out.borders_ = std::move(borders);
    out.inside_ = std::move(empty);
    const int given = out.inside_.get();
    const auto furnish = [&] { return out.furnish(); };
    const auto done = given < 0 ? do_inside(given, furnish) : do_there(given, furnish);
    if (!done) return no_network(done.error());
    return out;
}

Result<> Network::furnish() {
    if (!inside_) {
        auto inside = open_file(kOwnNetwork, O_RDONLY);
        if (!inside) return inside.error();
        inside_ = std::move(*inside);
    }
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
    Result<FileDescriptor> socket;
    const auto done = do_inside(inside_.get(), [&]() -> Result<> {
        socket = open_here(type, address);
        return {};
    });
    if (!done) return done.error();
    return socket;
}

}  // namespace triphammer::execution
