#pragma once

#include "base/random.hpp"

namespace triphammer::testing {

/// The same bytes for the same seed (xorshift64*).
class SeededRandom final : public Random {
  public:
    explicit SeededRandom(std::uint64_t seed) : state_{seed * 2 + 1} {}

    void fill(std::span<unsigned char> bytes) override {
        for (auto& byte : bytes) byte = static_cast<unsigned char>(next() >> 32U);
    }

  private:
    std::uint64_t next() {
        state_ ^= state_ >> 12U;
        state_ ^= state_ << 25U;
        state_ ^= state_ >> 27U;
        return state_ * 0x2545f4914f6cdd1dULL;
    }

    std::uint64_t state_;
};

}  // namespace triphammer::testing
