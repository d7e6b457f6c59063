#pragma once
// What the archiver says on its standard output, which it shares with standard error:
//
//   u8 type | u32 length (little endian) | payload
//
//   d  bytes of the archive       m  a line for the step's log
//   z  the end, as JSON           e  a failure, as JSON {"code", "message"}

#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace triphammer::archive {

inline constexpr char kData = 'd';
inline constexpr char kMessage = 'm';
inline constexpr char kEnd = 'z';
inline constexpr char kFailure = 'e';
inline constexpr std::size_t kMostFrameBytes = 1U << 20U;

/// To a descriptor, whole.
Result<> write_frame(int fd, char type, std::string_view payload);

/// Takes pieces as they come. The program that sends them runs beside the job's steps: nothing it
/// says is believed beyond its form.
class FrameReader {
  public:
    using Take = std::function<Result<>(char type, std::string_view payload)>;

    /// Code::protocol for an unknown type or a frame that is too long; or what `take` answers.
    Result<> feed(std::string_view bytes, const Take& take);

  private:
    std::string kept_;  // the beginning of a frame
};

std::string failure_text(const Error& error);
Error parse_failure(std::string_view text);

}  // namespace triphammer::archive
