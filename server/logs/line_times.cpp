#include "logs/line_times.hpp"

#include "base/digest.hpp"
#include "logs/packed.hpp"

#include <algorithm>

namespace triphammer::logs {

namespace {

constexpr std::size_t kHead = 8;    // precision
constexpr std::size_t kTail = 8;    // checksum
constexpr std::size_t kEntry = 16;  // line, time

}  // namespace

void LineTimes::add(std::uint64_t line, TimePoint now) {
    if (!moments_.empty()) {
        const auto& last = moments_.back();
        if (line <= last.line || now < last.at + precision_) return;
    }
    if (moments_.size() == kMaxMoments) thin();
    moments_.push_back({line, now});
}

void LineTimes::thin() {
    for (std::size_t i = 0; 2 * i < moments_.size(); ++i) moments_[i] = moments_[2 * i];
    moments_.resize((moments_.size() + 1) / 2);
    precision_ *= 2;
}

std::vector<LineMoment> LineTimes::find(std::uint64_t first, std::uint64_t count) const {
    const auto is_before = [](std::uint64_t line, const LineMoment& moment) {
        return line < moment.line;
    };
    const auto after = std::upper_bound(moments_.begin(), moments_.end(), first, is_before);
    if (after == moments_.begin() || count == 0) return {};
    const auto last = first + count - 1;
    return {after - 1, std::upper_bound(after, moments_.end(), last, is_before)};
}

std::string LineTimes::to_bytes() const {
    std::string out;
    out.reserve(kHead + moments_.size() * kEntry + kTail);
    put_number(out, static_cast<std::uint64_t>(precision_.count()));
    for (const auto& moment : moments_) {
        put_number(out, moment.line);
        put_number(out, static_cast<std::uint64_t>(to_unix_ms(moment.at)));
    }
    put_number(out, crc32c(out));
    return out;
}

std::optional<LineTimes> LineTimes::from_bytes(std::string_view bytes) {
    if (bytes.size() < kHead + kTail || (bytes.size() - kHead - kTail) % kEntry != 0) return {};
    auto tail = bytes.substr(bytes.size() - kTail);
    bytes.remove_suffix(kTail);
    if (take_number(tail) != crc32c(bytes)) return {};
    LineTimes times;
    times.precision_ = Milliseconds{static_cast<std::int64_t>(take_number(bytes))};
    while (!bytes.empty()) {
        const auto line = take_number(bytes);
        times.moments_.push_back({line, from_unix_ms(static_cast<std::int64_t>(take_number(bytes)))}
        );
    }
    return times;
}

}  // namespace triphammer::logs
