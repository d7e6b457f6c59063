#pragma once
// Seam: randomness. Tokens, nonces and jitter come through here, so that a simulation can replay
// them.

#include <cstdint>
#include <span>
#include <string>

namespace triphammer {

class Random {
  public:
    virtual ~Random() = default;
    virtual void fill(std::span<unsigned char> bytes) = 0;
};

/// getrandom(2); aborts the process where the kernel has none to give.
class SystemRandom final : public Random {
  public:
    void fill(std::span<unsigned char> bytes) override;
};

/// `count` random bytes as lower-case hex (2 × count characters).
std::string random_hex(Random& random, std::size_t count);
std::string random_bytes(Random& random, std::size_t count);
/// Uniform in [0, bound); bound > 0.
std::uint64_t random_below(Random& random, std::uint64_t bound);

}  // namespace triphammer
