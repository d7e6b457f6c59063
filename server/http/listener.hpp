#pragma once
// Listening sockets, by plain system calls: Asio's own would be inherited by children.

#include "base/file.hpp"
#include "base/result.hpp"
#include "http/message.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace triphammer::http {

/// Non-blocking, close-on-exec, listening. `address` is an IPv4 or IPv6 address.
Result<FileDescriptor> open_tcp_listener(const std::string& address, std::uint16_t port);
Result<std::uint16_t> port_of(int listener);
/// Whether it listens, and there.
bool listens_at(int socket, const std::string& address, std::uint16_t port);

/// The file gets `mode` before anybody can connect. A file that a dead process left is replaced;
/// Code::conflict when somebody answers there.
Result<FileDescriptor> open_unix_listener(const std::filesystem::path& path, unsigned mode);

struct Accepted {
    FileDescriptor socket;
    Peer peer;
};

/// The next waiting connection, or nothing. Code::io when the process is out of descriptors.
Result<std::optional<Accepted>> accept_waiting(int listener);

}  // namespace triphammer::http
