#include "schedule/zones.hpp"

#include "base/file.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

namespace triphammer::schedule {

namespace {

constexpr std::uint64_t kMaxFile = 256U << 10U;
constexpr std::size_t kHeader = 44;
constexpr std::size_t kTypeBytes = 6;

/// Big-endian numbers, one after another; past the end they are 0 and `is_good` is false.
class Bytes {
  public:
    explicit Bytes(std::string_view text) : text_{text} {}

    std::int64_t number(std::size_t size) {
        if (text_.size() < size) {
            is_good_ = false;
            return 0;
        }
        const bool negative = (static_cast<unsigned char>(text_.front()) & 0x80U) != 0;
        std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
        for (std::size_t i = 0; i < size; ++i) {
            value = value << 8U | static_cast<unsigned char>(text_[i]);
        }
        text_.remove_prefix(size);
        return static_cast<std::int64_t>(value);
    }

    void skip(std::size_t size) {
        if (text_.size() < size) is_good_ = false;
        text_.remove_prefix(std::min(size, text_.size()));
    }

    bool starts_with(std::string_view what) const { return text_.starts_with(what); }

    bool is_good() const { return is_good_; }

  private:
    std::string_view text_;
    bool is_good_ = true;
};

struct Counts {
    std::size_t utc = 0;
    std::size_t standard = 0;
    std::size_t leaps = 0;
    std::size_t times = 0;
    std::size_t types = 0;
    std::size_t letters = 0;

    /// Of the data behind the header, with times of `width` bytes.
    std::size_t size(std::size_t width) const {
        return times * (width + 1) + types * kTypeBytes + letters + leaps * (width + 4) + standard +
               utc;
    }
};

std::optional<Counts> read_header(Bytes& in) {
    if (!in.starts_with("TZif")) return {};
    in.skip(kHeader - 6 * 4);
    Counts counts;
    for (auto* count :
         {&counts.utc,
          &counts.standard,
          &counts.leaps,
          &counts.times,
          &counts.types,
          &counts.letters}) {
        const auto number = in.number(4);
        if (number < 0 || number > 100'000) return {};
        *count = static_cast<std::size_t>(number);
    }
    return counts;
}

Result<plan::Zone> read_data(Bytes& in, const Counts& counts) {
    std::vector<std::int64_t> times;
    std::vector<std::size_t> types;
    std::vector<std::int64_t> offsets;
    for (std::size_t i = 0; i < counts.times; ++i) times.push_back(in.number(8));
    for (std::size_t i = 0; i < counts.times; ++i) {
        types.push_back(static_cast<std::size_t>(in.number(1) & 0xff));
    }
    for (std::size_t i = 0; i < counts.types; ++i) {
        offsets.push_back(in.number(4));
        in.skip(kTypeBytes - 4);
    }
    if (!in.is_good() || offsets.empty()) return invalid("the file is cut off");
    plan::Zone zone;
    zone.first_offset = offsets.front();
    for (std::size_t i = 0; i < times.size(); ++i) {
        if (types[i] >= offsets.size())
            return invalid("the file names a type that it does not have");
        zone.changes.push_back({times[i], offsets[types[i]]});
    }
    return zone;
}

/// Area/Location; never a way out of the folder.
bool is_zone_name(std::string_view name) {
    const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '+' || c == '/';
    });
    return plain && !name.empty() && name.front() != '/' && name.size() < 64;
}

}  // namespace

Result<plan::Zone> parse_zone(std::string_view file) {
    Bytes in{file};
    const auto old = read_header(in);
    if (!old) return invalid("not a time zone file");
    in.skip(old->size(4));
    const auto counts = read_header(in);
    if (!counts) return invalid("a time zone file without 64-bit times");
    return read_data(in, *counts);
}

Result<plan::Zone> Zones::find(const std::string& name) {
    if (name.empty() || name == "UTC") return plan::Zone{};
    const auto known = known_.find(name);
    if (known != known_.end()) return known->second;
    const auto unknown = not_found("this machine knows no time zone '" + name + "'");
    if (!is_zone_name(name)) return unknown;
    const auto text = read_file(folder_ / name, kMaxFile);
    if (!text) return unknown;
    auto zone = parse_zone(*text);
    if (!zone) return with_context("time zone '" + name + "'", zone.error());
    known_[name] = *zone;
    return zone;
}

}  // namespace triphammer::schedule
