#include "interval/interval.hpp"

#include <algorithm>

namespace interval {

std::optional<Interval> common(const Interval& left, const Interval& right) {
    const Interval out{std::max(left.begin, right.begin), std::min(left.end, right.end)};
    return out.empty() ? std::nullopt : std::optional{out};
}

std::vector<Interval> merge(std::vector<Interval> intervals) {
    std::sort(intervals.begin(), intervals.end(), [](const Interval& left, const Interval& right) {
        return left.begin < right.begin;
    });
    std::vector<Interval> out;
    for (const auto& one : intervals) {
        if (one.empty()) continue;
        if (!out.empty() && one.begin <= out.back().end) {
            out.back().end = std::max(out.back().end, one.end);
        } else {
            out.push_back(one);
        }
    }
    return out;
}

}  // namespace interval
