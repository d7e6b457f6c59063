#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace triphammer {

/// How often something took how long, as Prometheus counts it. Used on one thread.
class Histogram {
  public:
    /// `bounds`: upper ends in seconds, rising; what is beyond the last is counted too.
    explicit Histogram(std::vector<double> bounds);

    void observe(std::chrono::steady_clock::duration took);
    /// `count` observations that ended up under `bound`, `sum` seconds together.
    void add(double bound, std::uint64_t count, double sum);

    const std::vector<double>& bounds() const { return bounds_; }

    /// As many as bounds, and one: those beyond the last.
    const std::vector<std::uint64_t>& counts() const { return counts_; }

    double sum() const { return sum_; }  // seconds

  private:
    std::vector<double> bounds_;
    std::vector<std::uint64_t> counts_;
    double sum_ = 0;
};

}  // namespace triphammer
