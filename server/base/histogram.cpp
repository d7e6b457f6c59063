#include "base/histogram.hpp"

#include <algorithm>

namespace triphammer {

Histogram::Histogram(std::vector<double> bounds)
    : bounds_{std::move(bounds)}, counts_(bounds_.size() + 1) {}

void Histogram::observe(std::chrono::steady_clock::duration took) {
    const auto seconds = std::chrono::duration<double>{took}.count();
    add(seconds, 1, seconds);
}

void Histogram::add(double bound, std::uint64_t count, double sum) {
    const auto place = std::lower_bound(bounds_.begin(), bounds_.end(), bound) - bounds_.begin();
    counts_[static_cast<std::size_t>(place)] += count;
    sum_ += sum;
}

}  // namespace triphammer
