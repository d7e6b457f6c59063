#pragma once
// Folders of failed attempts that are kept for a look (`hold-on-failure`), in run/held/<fence>.
// The runner asks by a file in its folder; the sweep then moves the folder instead of removing it.

#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>

namespace triphammer::launcher {

/// In an attempt's folder: until when it is kept, in unix milliseconds.
constexpr const char* kHoldMark = "hold-until";

constexpr Milliseconds kLongestHold{24LL * 3600 * 1000};
/// All held folders together.
constexpr std::uint64_t kMostHeldBytes = std::uint64_t{20} << 30U;
constexpr std::size_t kMostHeld = 20;

std::filesystem::path held_folder(const std::filesystem::path& run, std::int64_t fence);

/// Moves `folder` to its held place when it asks for that; false: it does not, or no longer.
/// What only a running attempt needs (lock, start line, journal) is taken away.
Result<bool> hold(
    const std::filesystem::path& run,
    const std::filesystem::path& folder,
    std::int64_t fence,
    TimePoint now
);

/// The same for all attempts in `run`, which no launcher sweeps any more.
void hold_all(const std::filesystem::path& run, TimePoint now);

/// Removes what is over its time, and the oldest ones while there are too many or too large ones.
/// May take long: on a thread.
void prune_held(const std::filesystem::path& run, TimePoint now);

}  // namespace triphammer::launcher
