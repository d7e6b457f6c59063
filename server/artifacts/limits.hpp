#pragma once

#include <cstdint>

namespace triphammer::artifacts {

/// How much room there is, in bytes.
struct Room {
    std::int64_t all = 0;
    std::int64_t repository = 0;
};

struct Limits {
    Room artifacts{20LL << 30, 10LL << 30};
    Room caches{20LL << 30, 10LL << 30};
    std::int64_t retention_days = 90;  // of artifacts, at most
};

}  // namespace triphammer::artifacts
