#pragma once
// The frame that both directions of the runner protocol and the spool file are made of. Pure.
//
//   u32 length │ u32 crc32c │ u8 type │ payload        little endian;
//              length counts type + payload, the checksum covers type + payload
//
// What changes state is appended to the spool first and sent verbatim; its sequence number is the
// spool offset of the frame's end (docs/protocol.md).

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace triphammer::protocol {

constexpr std::size_t kHeaderBytes = 8;
/// Length field at most (type + payload).
constexpr std::size_t kMaxFrameBytes = std::size_t{1} << 20U;
/// Log bytes in one frame at most.
constexpr std::size_t kMaxLogBytes = std::size_t{256} << 10U;

/// So much of a spool is acknowledged at the latest, whatever stands in it.
constexpr std::uint64_t kAckBytes = std::uint64_t{4} << 20U;

enum class FrameType : std::uint8_t {
    // runner to daemon, outside the journal
    attach = 1,
    ping = 2,
    seek = 3,
    // the journal
    started = 16,
    step_begin = 17,
    log = 18,
    step_end = 19,
    phase = 20,
    intent = 21,
    result = 22,
    park = 23,
    end = 24,
    summary = 25,
    // daemon to runner
    welcome = 64,
    ack = 65,
    verdict = 66,
    cancel = 67,
    refused = 68,
};

constexpr bool is_journal(FrameType type) {
    return type >= FrameType::started && type <= FrameType::summary;
}

struct Frame {
    FrameType type = FrameType::ping;
    std::string_view payload;
    std::size_t bytes = 0;  // of the whole frame, header included
};

/// Appends one frame to `out`. The caller keeps payloads under the limits (messages.hpp does).
void append_frame(std::string& out, FrameType type, std::string_view payload);
std::string make_frame(FrameType type, std::string_view payload);

/// The frame at the start of `bytes`: nothing while it is not whole, Code::protocol when it can
/// never become one (length out of bounds, checksum, unknown type). Views into `bytes`.
Result<std::optional<Frame>> read_frame(std::string_view bytes);

/// Cuts a byte stream into frames. Holds at most one incomplete frame and what was fed last; after
/// an error it stays in error.
class FrameDecoder {
  public:
    void feed(std::string_view bytes);

    /// Where the next bytes of the stream may be put, so that they need no copy: never empty.
    /// Valid until the next call of `feed` or `room`; frames given out before are not.
    std::span<char> room();

    /// So many were put there.
    void filled(std::size_t count) { end_ += count; }

    /// The next whole frame; its payload is valid until the next call of `feed` or `next`.
    Result<std::optional<Frame>> next();

    /// Bytes fed and not yet given out.
    std::size_t held_bytes() const { return end_ - begin_; }

  private:
    std::string buffer_;  // bytes from begin_ to end_ wait, what follows is room
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace triphammer::protocol
