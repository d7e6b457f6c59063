#include "protocol/frame.hpp"

#include "base/digest.hpp"
#include "protocol/frame_limits.hpp"

#include <cstring>
#include <utility>

namespace triphammer::protocol {

namespace {

/// Most connections say little: what is never touched costs nothing.
constexpr std::size_t kFirstRoom = std::size_t{8} << 10U;
constexpr std::size_t kMoreRoom = std::size_t{256} << 10U;

void put_u32(std::string& out, std::uint32_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift);
}

std::uint32_t get_u32(std::string_view bytes) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i) {
        value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return value;
}

bool is_known(unsigned char type) {
    return (type >= 1 && type <= 3) || (type >= 16 && type <= 25) || (type >= 64 && type <= 68);
}

std::size_t most_bytes_of(FrameType type) {
    if (type == FrameType::end) return kMaxEndBytes;
    return type == FrameType::welcome ? kMaxWelcomeBytes : kMaxFrameBytes;
}

Error broken(const char* what) {
    return {Code::protocol, what};
}

}  // namespace

void append_frame(std::string& out, FrameType type, std::string_view payload) {
    const char kind = static_cast<char>(type);
    const std::uint32_t crc = crc32c(payload, crc32c({&kind, 1}));
    put_u32(out, static_cast<std::uint32_t>(payload.size() + 1));
    put_u32(out, crc);
    out += kind;
    out += payload;
}

std::string make_frame(FrameType type, std::string_view payload) {
    std::string out;
    out.reserve(kHeaderBytes + 1 + payload.size());
    append_frame(out, type, payload);
    return out;
}

Result<std::optional<Frame>> read_frame(std::string_view bytes) {
    if (bytes.size() < kHeaderBytes) return std::optional<Frame>{};
    const std::size_t length = get_u32(bytes);
    if (length == 0 || length > kMaxWelcomeBytes)
        return broken("a frame's length is out of bounds");
    if (bytes.size() == kHeaderBytes) return std::optional<Frame>{};
    const auto type = static_cast<FrameType>(bytes[kHeaderBytes]);
    if (length > most_bytes_of(type)) return broken("a frame's length is out of bounds");
    if (bytes.size() < kHeaderBytes + length) return std::optional<Frame>{};
    const auto body = bytes.substr(kHeaderBytes, length);
    if (crc32c(body) != get_u32(bytes.substr(4))) return broken("a frame's checksum is wrong");
    if (!is_known(static_cast<unsigned char>(body[0]))) return broken("unknown type of frame");
    Frame frame{type, body.substr(1), kHeaderBytes + length};
    return std::optional<Frame>{frame};
}

void FrameDecoder::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto place = room();
        const auto count = bytes.copy(place.data(), place.size());
        filled(count);
        bytes.remove_prefix(count);
    }
}

std::span<char> FrameDecoder::room() {
    const bool was_full = end_ == buffer_.size();
    if (begin_ == end_) begin_ = end_ = 0;
    if (begin_ > 0 && end_ > buffer_.size() / 2) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, held_bytes());
        end_ -= std::exchange(begin_, 0);
    }
    // Full: more comes than there was room for.
    if (was_full) buffer_.resize(buffer_.empty() ? kFirstRoom : end_ + kMoreRoom);
    return {buffer_.data() + end_, buffer_.size() - end_};
}

Result<std::optional<Frame>> FrameDecoder::next() {
    auto frame = read_frame({buffer_.data() + begin_, held_bytes()});
    if (frame && *frame) begin_ += (*frame)->bytes;
    return frame;
}

}  // namespace triphammer::protocol
