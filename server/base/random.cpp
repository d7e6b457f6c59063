#include "base/random.hpp"

#include "base/text.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace triphammer {

void SystemRandom::fill(std::span<unsigned char> bytes) {
    while (!bytes.empty()) {
        const auto count = ::getrandom(bytes.data(), bytes.size(), 0);
        if (count < 0 && errno != EINTR) std::abort();
        if (count > 0) bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

std::string random_bytes(Random& random, std::size_t count) {
    std::string bytes(count, '\0');
    random.fill({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
    return bytes;
}

std::string random_hex(Random& random, std::size_t count) {
    return to_hex(random_bytes(random, count));
}

std::uint64_t random_below(Random& random, std::uint64_t bound) {
    const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    for (;;) {
        unsigned char bytes[8];
        random.fill(bytes);
        std::uint64_t value = 0;
        std::memcpy(&value, bytes, sizeof value);
        if (value < limit) return value % bound;
    }
}

}  // namespace triphammer
