#include "workflow/expression/fold.hpp"

#include <algorithm>
#include <array>

namespace triphammer::workflow::expression {

namespace {

// Lower-case characters whose upper case is `shift` before them.
struct Shifted {
    char32_t first;
    char32_t last;
    char32_t shift;
};

constexpr std::array<Shifted, 9> kShifted{{
    {U'a', U'z', 0x20},
    {0xE0, 0xF6, 0x20},
    {0xF8, 0xFE, 0x20},
    {0x3AD, 0x3AF, 0x25},
    {0x3B1, 0x3C1, 0x20},
    {0x3C3, 0x3CB, 0x20},
    {0x430, 0x44F, 0x20},
    {0x450, 0x45F, 0x50},
    {0x561, 0x586, 0x30},
}};

// Ranges in which upper and lower case take turns; the upper case has the parity of `first`.
struct Paired {
    char32_t first;
    char32_t last;
};

constexpr std::array<Paired, 10> kPaired{{
    {0x100, 0x12F},
    {0x132, 0x137},
    {0x139, 0x148},
    {0x14A, 0x177},
    {0x179, 0x17E},
    {0x3D8, 0x3EF},
    {0x460, 0x481},
    {0x48A, 0x4BF},
    {0x4D0, 0x52F},
    {0x1E00, 0x1E95},
}};

char32_t upper(char32_t c) {
    if (c == 0xFF) return 0x178;
    if (c == 0xB5) return 0x39C;
    if (c == 0x3C2) return 0x3A3;
    for (const auto& range : kShifted) {
        if (c >= range.first && c <= range.last) return c - range.shift;
    }
    for (const auto& range : kPaired) {
        if (c >= range.first && c <= range.last) return c - (c - range.first) % 2;
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

}  // namespace

std::string fold_case(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        if (is_ascii(text[0])) {
            out += static_cast<char>(upper(static_cast<unsigned char>(text[0])));
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

}  // namespace triphammer::workflow::expression
