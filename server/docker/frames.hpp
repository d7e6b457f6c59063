#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace triphammer::docker {

/// One frame of an attached container without a terminal: 8 bytes of header (stream, three zeros,
/// big-endian length), then the bytes.
struct StreamFrame {
    enum class Stream { input = 0, output = 1, error = 2, engine_error = 3 };

    Stream stream = Stream::output;
    std::string bytes;
};

/// Takes frames out of a stream that is split anywhere.
class FrameReader {
  public:
    void feed(std::string_view bytes);

    /// Nothing: more bytes are needed. Code::protocol for an unknown stream or over 16 MiB.
    Result<std::optional<StreamFrame>> next();

    /// Bytes of a frame that has not fully arrived.
    std::size_t pending() const { return rest_.size() - place_; }

  private:
    std::string rest_;
    std::size_t place_ = 0;
};

}  // namespace triphammer::docker
