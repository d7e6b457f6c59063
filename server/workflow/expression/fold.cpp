#include "workflow/expression/fold.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace triphammer::workflow::expression {

namespace {

// Lower-case characters whose upper case is `shift` before them (behind them, where negative).
struct Shifted {
    std::int32_t first;
    std::int32_t last;
    std::int32_t shift;
};

// What stands alone or has its own rule is left out: dotless i and long s are no case of i and s.
constexpr auto kShifted = std::to_array<Shifted>({
    {0xB5, 0xB5, -743},     {0xE0, 0xF6, 0x20},     {0xF8, 0xFE, 0x20},     {0xFF, 0xFF, -121},
    {0x1C6, 0x1C6, 2},      {0x1C9, 0x1C9, 2},      {0x1CC, 0x1CC, 2},      {0x1DD, 0x1DD, 79},
    {0x1F3, 0x1F3, 2},      {0x253, 0x253, 210},    {0x254, 0x254, 206},    {0x256, 0x257, 205},
    {0x259, 0x259, 202},    {0x25B, 0x25B, 203},    {0x3AC, 0x3AC, 38},     {0x3AD, 0x3AF, 0x25},
    {0x3B1, 0x3C1, 0x20},   {0x3C2, 0x3C2, 31},     {0x3C3, 0x3CB, 0x20},   {0x3CC, 0x3CC, 64},
    {0x3CD, 0x3CE, 63},     {0x430, 0x44F, 0x20},   {0x450, 0x45F, 0x50},   {0x4CF, 0x4CF, 15},
    {0x561, 0x586, 0x30},   {0x13F8, 0x13FD, 8},    {0x1F00, 0x1F07, -8},   {0x1F10, 0x1F15, -8},
    {0x1F20, 0x1F27, -8},   {0x1F30, 0x1F37, -8},   {0x1F40, 0x1F45, -8},   {0x1F60, 0x1F67, -8},
    {0x1F70, 0x1F71, -74},  {0x1F72, 0x1F75, -86},  {0x1F76, 0x1F77, -100}, {0x1F78, 0x1F79, -128},
    {0x1F7A, 0x1F7B, -112}, {0x1F7C, 0x1F7D, -126}, {0x1F80, 0x1F87, -8},   {0x1F90, 0x1F97, -8},
    {0x1FA0, 0x1FA7, -8},   {0x1FB0, 0x1FB1, -8},   {0x1FB3, 0x1FB3, -9},   {0x1FC3, 0x1FC3, -9},
    {0x1FD0, 0x1FD1, -8},   {0x1FE0, 0x1FE1, -8},   {0x1FE5, 0x1FE5, -7},   {0x1FF3, 0x1FF3, -9},
    {0x2170, 0x217F, 16},   {0x24D0, 0x24E9, 26},   {0x2C30, 0x2C5F, 48},
});

// Ranges in which upper and lower case take turns; the upper case has the parity of `first`.
struct Paired {
    std::int32_t first;
    std::int32_t last;
};

constexpr auto kPaired = std::to_array<Paired>({
    {0x100, 0x12F},   {0x132, 0x137},   {0x139, 0x148},   {0x14A, 0x177}, {0x179, 0x17E},
    {0x187, 0x188},   {0x18B, 0x18C},   {0x191, 0x192},   {0x198, 0x199}, {0x1A0, 0x1A5},
    {0x1AF, 0x1B0},   {0x1B3, 0x1B6},   {0x1CD, 0x1DC},   {0x1DE, 0x1EF}, {0x1F4, 0x1F5},
    {0x1F8, 0x21F},   {0x222, 0x233},   {0x246, 0x24F},   {0x370, 0x373}, {0x376, 0x377},
    {0x3D8, 0x3EF},   {0x460, 0x481},   {0x48A, 0x4BF},   {0x4C1, 0x4CE}, {0x4D0, 0x52F},
    {0x1E00, 0x1E95}, {0x1EA0, 0x1EFF}, {0x2C80, 0x2CE3},
});
constexpr auto kHighPaired =
    std::to_array<Paired>({{0xA640, 0xA66D}, {0xA680, 0xA69B}, {0xA722, 0xA72F}, {0xA732, 0xA76F}});

// Below kLow each character's answer is written down: megabytes of text are compared.
constexpr std::size_t kLow = 0x3000;
constexpr auto kUpper = [] {
    std::array<char16_t, kLow> out{};
    for (std::size_t c = 0; c < kLow; ++c) out[c] = static_cast<char16_t>(c);
    for (const auto& range : kShifted) {
        for (auto c = range.first; c <= range.last; ++c) {
            out[static_cast<std::size_t>(c)] = static_cast<char16_t>(c - range.shift);
        }
    }
    for (const auto& range : kPaired) {
        for (auto c = range.first + 1; c <= range.last; c += 2) {
            out[static_cast<std::size_t>(c)] = static_cast<char16_t>(c - 1);
        }
    }
    return out;
}();

char32_t upper(char32_t c) {
    if (c < kLow) return kUpper[c];
    if (c >= 0xFF41 && c <= 0xFF5A) return c - 0x20;  // wide letters
    for (const auto& range : kHighPaired) {
        const auto first = static_cast<char32_t>(range.first);
        if (c >= first && c <= static_cast<char32_t>(range.last)) return c - (c - first) % 2;
    }
    return c;
}

/// Two- and three-byte characters only: nothing beyond them has a case in the tables.
char32_t decode(std::string_view text, std::size_t& length) {
    const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto tail = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0U) == 0x80; };
    length = 1;
    if ((byte(0) & 0xE0U) == 0xC0 && tail(1)) {
        length = 2;
        return (byte(0) & 0x1FU) << 6U | (byte(1) & 0x3FU);
    }
    if ((byte(0) & 0xF0U) == 0xE0 && tail(1) && tail(2)) {
        length = 3;
        return (byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
    }
    return 0;
}

void append(std::string& out, char32_t c) {
    if (c < 0x800) {
        out += static_cast<char>(0xC0U | c >> 6U);
    } else {
        out += static_cast<char>(0xE0U | c >> 12U);
        out += static_cast<char>(0x80U | (c >> 6U & 0x3FU));
    }
    out += static_cast<char>(0x80U | (c & 0x3FU));
}

bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}

bool is_all_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), is_ascii);
}

}  // namespace

std::string fold_case(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        if (is_ascii(text[0])) {
            const char c = text[0];
            out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c;
            text.remove_prefix(1);
            continue;
        }
        std::size_t length = 1;
        const char32_t c = decode(text, length);
        if (c < 0x80) {
            out += text.substr(0, length);
        } else {
            append(out, upper(c));
        }
        text.remove_prefix(length);
    }
    return out;
}

bool equal_folded(std::string_view a, std::string_view b) {
    if (is_all_ascii(a) && is_all_ascii(b)) return equal_ignoring_case(a, b);
    return fold_case(a) == fold_case(b);
}

}  // namespace triphammer::workflow::expression
