#pragma once

#include <optional>
#include <vector>

namespace interval {

/// From `begin` up to, not including, `end`.
struct Interval {
    long begin = 0;
    long end = 0;

    bool empty() const { return end <= begin; }

    bool overlaps(const Interval& other) const { return begin < other.end && other.begin < end; }
};

std::optional<Interval> common(const Interval& left, const Interval& right);

/// Sorted, without overlaps and gaps of length zero.
std::vector<Interval> merge(std::vector<Interval> intervals);

}  // namespace interval
