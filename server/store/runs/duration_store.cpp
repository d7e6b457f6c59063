#include "store/runs/duration_store.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace triphammer::store {

namespace {

using Bounds = std::array<std::int64_t, 15>;
constexpr Bounds kBoundsMs{
    10,
    25,
    50,
    100,
    250,
    500,
    1000,
    2500,
    5000,
    10'000,
    30'000,
    60'000,
    300'000,
    900'000,
    3'600'000};
constexpr std::int64_t kBeyond = -1;
constexpr auto kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> bounds_in_seconds() {
    std::vector<double> bounds;
    for (const auto bound : kBoundsMs) bounds.push_back(static_cast<double>(bound) / 1000);
    return bounds;
}

}  // namespace

void note_duration(Transaction& tx, std::string_view name, Milliseconds took) {
    const auto* bound = std::lower_bound(kBoundsMs.begin(), kBoundsMs.end(), took.count());
    auto put = tx.prepare(
        "INSERT INTO durations (name, bound_ms, count, sum_ms) VALUES (?, ?, 1, ?) "
        "ON CONFLICT (name, bound_ms) "
        "DO UPDATE SET count = count + 1, sum_ms = sum_ms + excluded.sum_ms"
    );
    put.bind(name, bound == kBoundsMs.end() ? kBeyond : *bound, took.count()).run();
}

Histogram find_durations(Connection& db, std::string_view name) {
    Histogram histogram{bounds_in_seconds()};
    auto query = db.prepare("SELECT bound_ms, count, sum_ms FROM durations WHERE name = ?");
    query.bind(name);
    while (query.step()) {
        std::int64_t bound = 0;
        std::int64_t count = 0;
        std::int64_t sum = 0;
        query.read(bound, count, sum);
        const auto end = bound == kBeyond ? kInfinity : static_cast<double>(bound) / 1000;
        histogram.add(end, static_cast<std::uint64_t>(count), static_cast<double>(sum) / 1000);
    }
    return histogram;
}

}  // namespace triphammer::store
