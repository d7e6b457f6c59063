#include "http/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace triphammer::http {

namespace {

constexpr int kBacklog = 4096;
constexpr int kFlags = SOCK_CLOEXEC | SOCK_NONBLOCK;

/// Room for every kind of address, with the casts that the system's interface wants in one place.
struct Address {
    sockaddr_storage storage{};
    socklen_t size = sizeof(sockaddr_storage);

    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }

    sockaddr_in& ip4() { return reinterpret_cast<sockaddr_in&>(storage); }

    sockaddr_in6& ip6() { return reinterpret_cast<sockaddr_in6&>(storage); }

    sockaddr_un& local() { return reinterpret_cast<sockaddr_un&>(storage); }
};

Result<Address> make_ip_address(const std::string& text, std::uint16_t port) {
    Address address;
    if (::inet_pton(AF_INET, text.c_str(), &address.ip4().sin_addr) == 1) {
        address.ip4().sin_family = AF_INET;
        address.ip4().sin_port = htons(port);
        address.size = sizeof(sockaddr_in);
        return address;
    }
    if (::inet_pton(AF_INET6, text.c_str(), &address.ip6().sin6_addr) != 1) {
        return invalid("'" + text + "' is not an IP address to listen on");
    }
    address.ip6().sin6_family = AF_INET6;
    address.ip6().sin6_port = htons(port);
    address.size = sizeof(sockaddr_in6);
    return address;
}

Result<Address> make_unix_address(const std::filesystem::path& path) {
    Address address;
    const auto& text = path.native();
    if (text.size() >= sizeof address.local().sun_path) {
        return invalid("the socket's path is too long: " + text);
    }
    address.local().sun_family = AF_UNIX;
    std::memcpy(address.local().sun_path, text.c_str(), text.size() + 1);
    address.size = sizeof(sockaddr_un);
    return address;
}

void set_flag(int socket, int level, int option) {
    const int on = 1;
    ::setsockopt(socket, level, option, &on, sizeof on);
}

Error bind_failure(const std::string& where) {
    const bool used = errno == EADDRINUSE;
    auto error = from_errno("listen on " + where);
    if (used) error.code = Code::conflict;
    return error;
}

bool is_answered(Address address) {
    const FileDescriptor probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    return ::connect(probe.get(), address.get(), address.size) == 0;
}

Result<> clear_stale(const std::filesystem::path& path, const Address& address) {
    struct stat found {};

    if (::lstat(path.c_str(), &found) != 0) return {};
    if (!S_ISSOCK(found.st_mode)) return conflict(path.native() + " is there and is no socket");
    if (is_answered(address)) return conflict("another process listens on " + path.native());
    if (::unlink(path.c_str()) != 0) return from_errno("remove " + path.native());
    return {};
}

Peer peer_of_ip(Address& address) {
    Peer peer;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.storage.ss_family == AF_INET) {
        ::inet_ntop(AF_INET, &address.ip4().sin_addr, text.data(), text.size());
        peer.port = ntohs(address.ip4().sin_port);
    } else {
        ::inet_ntop(AF_INET6, &address.ip6().sin6_addr, text.data(), text.size());
        peer.port = ntohs(address.ip6().sin6_port);
    }
    peer.address = text.data();
    return peer;
}

Peer peer_of_unix(int socket) {
    Peer peer;
    peer.address = "unix";
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0) {
        peer.unix_peer = UnixPeer{credentials.uid, credentials.gid, credentials.pid};
    }
    return peer;
}

bool is_nobody_waiting(int error) {
    return error == EAGAIN || error == ECONNABORTED || error == EINTR;
}

}  // namespace

Result<FileDescriptor> open_tcp_listener(const std::string& text, std::uint16_t port) {
    auto address = make_ip_address(text, port);
    if (!address) return address.error();
    FileDescriptor socket{::socket(address->storage.ss_family, SOCK_STREAM | kFlags, 0)};
    if (!socket) return from_errno("socket");
    set_flag(socket.get(), SOL_SOCKET, SO_REUSEADDR);
    const auto where = text + " port " + std::to_string(port);
    if (::bind(socket.get(), address->get(), address->size) != 0) return bind_failure(where);
    if (::listen(socket.get(), kBacklog) != 0) return bind_failure(where);
    return socket;
}

Result<std::uint16_t> port_of(int listener) {
    Address address;
    if (::getsockname(listener, address.get(), &address.size) != 0)
        return from_errno("getsockname");
    return peer_of_ip(address).port;
}

bool listens_at(int socket, const std::string& text, std::uint16_t port) {
    const auto wanted = make_ip_address(text, port);
    Address found;
    int listens = 0;
    socklen_t size = sizeof listens;
    return wanted && ::getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 &&
           listens != 0 && ::getsockname(socket, found.get(), &found.size) == 0 &&
           found.size == wanted->size &&
           std::memcmp(&found.storage, &wanted->storage, found.size) == 0;
}

Result<FileDescriptor> open_unix_listener(const std::filesystem::path& path, unsigned mode) {
    auto address = make_unix_address(path);
    if (!address) return address.error();
    if (auto cleared = clear_stale(path, *address); !cleared) return cleared.error();
    FileDescriptor socket{::socket(AF_UNIX, SOCK_STREAM | kFlags, 0)};
    if (!socket) return from_errno("socket");
    if (::bind(socket.get(), address->get(), address->size) != 0) return bind_failure(path);
    if (::chmod(path.c_str(), mode) != 0) return from_errno("chmod " + path.native());
    if (::listen(socket.get(), kBacklog) != 0) return bind_failure(path);
    return socket;
}

Result<std::optional<Accepted>> accept_waiting(int listener) {
    Address address;
    FileDescriptor socket{::accept4(listener, address.get(), &address.size, kFlags)};
    if (!socket && is_nobody_waiting(errno)) return std::optional<Accepted>{};
    if (!socket) return from_errno("accept");
    const bool local = address.storage.ss_family == AF_UNIX;
    if (!local) set_flag(socket.get(), IPPROTO_TCP, TCP_NODELAY);
    Accepted accepted;
    accepted.peer = local ? peer_of_unix(socket.get()) : peer_of_ip(address);
    accepted.socket = std::move(socket);
    return std::optional{std::move(accepted)};
}

}  // namespace triphammer::http
