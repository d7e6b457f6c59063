#include "docker/frames.hpp"

#include <array>

namespace triphammer::docker {

namespace {

constexpr std::size_t kHeader = 8;
constexpr std::size_t kMaxFrame = 16U << 20U;

std::size_t length_of(std::string_view header) {
    std::size_t length = 0;
    for (const char c : header.substr(4, 4)) length = length << 8U | static_cast<unsigned char>(c);
    return length;
}

}  // namespace

void FrameReader::feed(std::string_view bytes) {
    if (place_ == rest_.size()) {
        rest_.clear();
        place_ = 0;
    }
    rest_.append(bytes);
}

Result<std::optional<StreamFrame>> FrameReader::next() {
    const auto rest = std::string_view{rest_}.substr(place_);
    if (rest.size() < kHeader) return std::optional<StreamFrame>{};
    const auto stream = static_cast<unsigned char>(rest[0]);
    const auto length = length_of(rest);
    if (stream > 3 || rest.substr(1, 3) != std::string_view{"\0\0\0", 3} || length > kMaxFrame) {
        return Error{Code::protocol, "the engine's stream holds something that is not a frame"};
    }
    if (rest.size() - kHeader < length) return std::optional<StreamFrame>{};
    StreamFrame frame;
    frame.stream = static_cast<StreamFrame::Stream>(stream);
    frame.bytes = rest.substr(kHeader, length);
    place_ += kHeader + length;
    return std::optional{std::move(frame)};
}

}  // namespace triphammer::docker
