#include "execution/masking.hpp"

#include "base/text.hpp"
#include "execution/mask_forms.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace triphammer::execution {

namespace {

constexpr std::string_view kMask = "***";
constexpr std::size_t kPrefix = MaskTable::kLeastLength;
constexpr std::size_t kMostStride = 8;
constexpr unsigned kFilterBits = 19;  // 64 KiB
constexpr unsigned kHeadBits = 14;
constexpr unsigned kTailBits = 16;
/// A job that masks without end must not take the machine's memory.
constexpr std::size_t kMostBytes = 8U << 20U;

std::uint32_t load(const char* at) {
    std::uint32_t word = 0;
    std::memcpy(&word, at, kPrefix);
    return word;
}

std::uint32_t hash_of(std::uint32_t word) {
    return (word * 0x9e3779b1U) >> (32U - kFilterBits);
}

/// For the 1 to 3 bytes at a stream's end.
std::uint32_t tail_hash(const char* at, std::size_t count) {
    std::uint32_t word = static_cast<std::uint32_t>(count) << 24U;
    std::memcpy(&word, at, count);
    return (word * 0x85ebca6bU) >> (32U - kTailBits);
}

struct Pattern {
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
    std::uint32_t next = 0;  // 1-based index of the next one with the same head; 0: none
};

/// What begins at one position.
struct Match {
    std::size_t length = 0;  // of the longest whole pattern
    bool uncertain = false;  // a longer one may follow, more bytes will tell
};

struct Find {
    std::size_t at = 0;
    Match match;
};

template <std::size_t Bits>
using BitSet = std::array<std::uint64_t, (std::size_t{1} << Bits) / 64>;

template <class Set>
bool has_bit(const Set& set, std::uint32_t at) {
    return ((set[at >> 6U] >> (at & 63U)) & 1U) != 0;
}

template <class Set>
void set_bit(Set& set, std::uint32_t at) {
    set[at >> 6U] |= std::uint64_t{1} << (at & 63U);
}

}  // namespace

struct MaskTable::Tables {
    BitSet<kFilterBits> filter{};
    BitSet<kTailBits> tails{};
    std::array<std::uint32_t, std::size_t{1} << kHeadBits> heads{};
    std::vector<Pattern> patterns;
    std::string bytes;
    std::size_t stride = kMostStride;  // no pattern is shorter than stride + kPrefix - 1

    bool contains(std::string_view form) const;
    void insert(std::string_view form);
    Match match(std::string_view text, bool at_end) const;
    /// The first position from `at` on where something begins or may begin, the text's end when
    /// there is none.
    Find find(std::string_view text, std::size_t at, bool at_end) const;
    Find find_in(std::string_view text, std::size_t at, std::size_t end, bool at_end) const;
};

bool MaskTable::Tables::contains(std::string_view form) const {
    return match(form, true).length == form.size();
}

void MaskTable::Tables::insert(std::string_view form) {
    if (contains(form)) return;
    const auto hash = hash_of(load(form.data()));
    auto& head = heads[hash >> (kFilterBits - kHeadBits)];
    const Pattern pattern{
        static_cast<std::uint32_t>(bytes.size()), static_cast<std::uint32_t>(form.size()), head};
    bytes += form;
    patterns.push_back(pattern);
    head = static_cast<std::uint32_t>(patterns.size());
    stride = std::min(stride, form.size() - kPrefix + 1);
    for (std::size_t at = 0; at < stride; ++at) set_bit(filter, hash_of(load(form.data() + at)));
    for (std::size_t count = 1; count < kPrefix; ++count) {
        set_bit(tails, tail_hash(form.data(), count));
    }
}

Match MaskTable::Tables::match(std::string_view text, bool at_end) const {
    Match out;
    if (text.size() < kPrefix) {
        out.uncertain = !at_end && has_bit(tails, tail_hash(text.data(), text.size()));
        return out;
    }
    const auto hash = hash_of(load(text.data()));
    if (!has_bit(filter, hash)) return out;
    for (auto at = heads[hash >> (kFilterBits - kHeadBits)]; at != 0; at = patterns[at - 1].next) {
        const auto& pattern = patterns[at - 1];
        const auto common = std::min<std::size_t>(pattern.length, text.size());
        if (std::memcmp(bytes.data() + pattern.offset, text.data(), common) != 0) continue;
        if (common < pattern.length) {
            out.uncertain = out.uncertain || !at_end;
        } else {
            out.length = std::max<std::size_t>(out.length, pattern.length);
        }
    }
    return out;
}

/// Looks at every stride-th place only: whatever begins in the stride before it covers it with one
/// of the pieces that set bits in the filter.
Find MaskTable::Tables::find(std::string_view text, std::size_t at, bool at_end) const {
    if (patterns.empty()) return {text.size(), {}};
    const char* data = text.data();
    for (; at + stride - 1 + kPrefix <= text.size(); at += stride) {
        if (!has_bit(filter, hash_of(load(data + at + stride - 1)))) continue;
        const auto found = find_in(text, at, at + stride, at_end);
        if (found.at < at + stride) return found;
    }
    return find_in(text, at, text.size(), at_end);
}

/// The same for the positions from `at` to `end`, one by one.
Find MaskTable::Tables::find_in(std::string_view text, std::size_t at, std::size_t end, bool at_end)
    const {
    for (; at < end; ++at) {
        const auto found = match(text.substr(at), at_end);
        if (found.length > 0 || found.uncertain) return {at, found};
    }
    return {end, {}};
}

MaskTable::MaskTable() : tables_{std::make_unique<Tables>()} {}

MaskTable::~MaskTable() {
    wipe(tables_->bytes);
}

Result<> MaskTable::add(const Secret& value) {
    if (trim(value.reveal()).size() < kLeastLength) {
        return invalid("a masked value needs at least 4 characters");
    }
    for (auto& form : forms_of(value.reveal(), kLeastLength)) {
        if (tables_->bytes.size() + form.size() > kMostBytes) {
            return Error{
                Code::too_large, "the masked values take more than 8 MiB in all their forms"};
        }
        tables_->insert(form);
        wipe(form);
    }
    return {};
}

bool MaskTable::empty() const {
    return tables_->patterns.empty();
}

bool MaskTable::contains_secret(std::string_view text) const {
    return tables_->find(text, 0, true).at < text.size();
}

std::string MaskTable::mask(std::string_view text) const {
    std::string out;
    Masker masker{*this};
    masker.write(text, out);
    masker.flush(out);
    return out;
}

std::size_t MaskTable::footprint() const {
    return sizeof(Tables) + tables_->bytes.capacity() +
           tables_->patterns.capacity() * sizeof(Pattern);
}

void Masker::write(std::string_view bytes, std::string& out) {
    if (held_.empty()) return scan(bytes, false, out);
    held_ += bytes;
    const std::string whole = std::exchange(held_, {});
    scan(whole, false, out);
}

std::string_view Masker::pass(std::string_view bytes, std::string& space) {
    if (held_.empty() && table_.tables_->find(bytes, 0, false).at == bytes.size()) return bytes;
    space.clear();
    write(bytes, space);
    return space;
}

void Masker::flush(std::string& out) {
    const std::string whole = std::exchange(held_, {});
    scan(whole, true, out);
    covered_ = 0;
}

/// Overlapping secrets become one ***: what begins inside a masked range may reach beyond it.
void Masker::scan(std::string_view text, bool at_end, std::string& out) {
    const auto& tables = *table_.tables_;
    std::size_t done = covered_;  // bytes of `text` that are already in `out`, plain or masked
    auto found = tables.find(text, 0, at_end);
    for (; found.at < text.size(); found = tables.find(text, found.at + 1, at_end)) {
        if (found.at > done) out += text.substr(done, found.at - done);
        done = std::max(done, found.at);
        if (found.match.uncertain) break;
        if (found.at == done) out += kMask;
        done = std::max(done, found.at + found.match.length);
    }
    if (found.at > done) out += text.substr(done, found.at - done);
    done = std::max(done, found.at);
    held_ = text.substr(found.at);
    covered_ = done - found.at;
}

}  // namespace triphammer::execution
