#pragma once
// Little endian numbers for the files beside a log. Pure.

#include <cstdint>
#include <string>
#include <string_view>

namespace triphammer::logs {

inline void put_number(std::string& out, std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(value >> shift));
}

/// The first 8 of `bytes`, which has them.
inline std::uint64_t take_number(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (int i = 7; i >= 0; --i) {
        value = value << 8U | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
    }
    bytes.remove_prefix(8);
    return value;
}

}  // namespace triphammer::logs
