#pragma once
// Every random decision of a schedule comes from here: the same seed plays the same schedule.

#include "base/random.hpp"

#include <cstdint>

namespace triphammer::simulation {

/// splitmix64.
class Dice final : public Random {
  public:
    /// Mixed, so that neighbouring seeds play unrelated schedules.
    explicit Dice(std::uint64_t seed) : state_{mix(seed + 1)} {}

    /// Uniform enough in [0, bound); bound > 0.
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }

    /// True once in `n` times.
    bool once_in(std::uint64_t n) { return below(n) == 0; }

    void fill(std::span<unsigned char> bytes) override {
        for (auto& byte : bytes) byte = static_cast<unsigned char>(next());
    }

  private:
    static std::uint64_t mix(std::uint64_t value) {
        value = (value ^ value >> 30U) * 0xbf58476d1ce4e5b9ULL;
        value = (value ^ value >> 27U) * 0x94d049bb133111ebULL;
        return value ^ value >> 31U;
    }

    std::uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15ULL); }

    std::uint64_t state_;
};

}  // namespace triphammer::simulation
