#pragma once
// The parts of ZIP that we write and read. Source: PKWARE's APPNOTE 6.3.10; the extended timestamp
// is Info-ZIP's "UT". All numbers little endian.

#include <cstdint>
#include <string>
#include <string_view>

namespace triphammer::archive::zip {

inline constexpr std::uint32_t kLocalHeader = 0x04034b50;
inline constexpr std::uint32_t kDescriptor = 0x08074b50;
inline constexpr std::uint32_t kCentralHeader = 0x02014b50;
inline constexpr std::uint32_t kEnd64 = 0x06064b50;
inline constexpr std::uint32_t kLocator64 = 0x07064b50;
inline constexpr std::uint32_t kEnd = 0x06054b50;

inline constexpr std::uint16_t kWithDescriptor = 1U << 3U;  // sums and lengths follow the bytes
inline constexpr std::uint16_t kEncrypted = 1U << 0U;
inline constexpr std::uint16_t kUtf8 = 1U << 11U;
inline constexpr std::uint16_t kMadeByUnix = (3U << 8U) | 45U;
inline constexpr std::uint16_t kVersion64 = 45;
inline constexpr std::uint16_t kExtra64 = 0x0001;
inline constexpr std::uint16_t kExtraTime = 0x5455;
inline constexpr std::uint32_t kFull32 = 0xffffffff;
inline constexpr std::uint16_t kFull16 = 0xffff;
/// 1980-01-01: the time of DOS is local and coarse; the real one is in the extra field.
inline constexpr std::uint32_t kDosTime = 0x00210000;

inline constexpr std::size_t kLocalBytes = 30;
inline constexpr std::size_t kCentralBytes = 46;
inline constexpr std::size_t kEndBytes = 22;
inline constexpr std::size_t kEnd64Bytes = 56;
inline constexpr std::size_t kLocator64Bytes = 20;

template <class Number>
void put(std::string& out, Number value) {
    for (std::size_t i = 0; i < sizeof value; ++i) {
        out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
    }
}

/// The number at `at`; 0 where the bytes end before.
template <class Number>
Number get(std::string_view bytes, std::size_t at) {
    if (at > bytes.size() || bytes.size() - at < sizeof(Number)) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
    }
    return static_cast<Number>(value);
}

}  // namespace triphammer::archive::zip
