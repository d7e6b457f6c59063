#pragma once

#include "base/result.hpp"
#include "base/task.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace triphammer::http {

/// A connected byte stream: TCP, TLS, Unix socket, or what an upgrade left. One reader and one
/// writer at a time, both on the logic thread. A cancelled or closed operation ends with
/// Code::cancelled; destroying the stream closes it.
class Stream {
  public:
    virtual ~Stream() = default;

    /// At least one byte, or 0 at the end of the stream.
    virtual Task<Result<std::size_t>> read_some(std::span<char> into) = 0;
    /// All of it. The bytes stay the caller's until it returns.
    virtual Task<Result<>> write(std::string_view bytes) = 0;
    /// Exactly `length` bytes of the file; a file that is shorter is Code::io. What has no way past
    /// our own memory reads pieces and writes them.
    virtual Task<Result<>> send_file(int file, std::uint64_t offset, std::uint64_t length);
    /// No more bytes from this side (FIN, or TLS close_notify).
    virtual Task<Result<>> shutdown() = 0;
    /// At once; pending operations end with Code::cancelled.
    virtual void close() = 0;
};

}  // namespace triphammer::http
