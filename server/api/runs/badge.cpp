#include "api/runs/badge.hpp"

#include "base/markup.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstdint>

namespace triphammer::api {

namespace {

struct Look {
    std::string_view word;
    std::string_view colour;  // white on it has a contrast of at least 4.5 : 1
};

Look look_of(const std::optional<std::string>& state) {
    if (state == "succeeded") return {"passing", "#1a7f37"};
    if (state == "failed") return {"failing", "#c4282d"};
    if (state == "running" || state == "queued")
        return {*state == "queued" ? "queued" : "running", "#2f5bb7"};
    if (state == "waiting") return {"waiting", "#8a5a00"};
    if (state == "cancelled") return {"cancelled", "#5a6270"};
    return {"unknown", "#5a6270"};
}

/// About the width of 11 px Verdana, in tenths of a pixel; the text is stretched to it.
int width_of(char32_t letter) {
    if (letter > 0x2e80) return 110;
    if (std::string_view{"ijl.,:;|!'"}.find(static_cast<char>(letter & 0x7fU)) !=
        std::string_view::npos) {
        return 35;
    }
    if (letter == 'm' || letter == 'w' || letter == 'M' || letter == 'W') return 98;
    if (letter >= 'A' && letter <= 'Z') return 76;
    if (letter == 'f' || letter == 't' || letter == 'r' || letter == ' ' || letter == '-')
        return 43;
    return 67;
}

int width_of(std::string_view text) {
    int width = 0;
    for (const char byte : text) {
        const auto value = static_cast<unsigned char>(byte);
        if ((value & 0xc0U) == 0x80U) continue;  // the rest of a letter
        width += width_of(value < 0x80 ? static_cast<char32_t>(value) : U'o');
    }
    return (width + 9) / 10;
}

/// A picture has one line.
std::string escape(std::string_view text) {
    auto out = escape_markup(text);
    std::replace_if(
        out.begin(), out.end(), [](unsigned char byte) { return byte < 0x20; }, ' '
    );
    return out;
}

std::string number(int value) {
    return std::to_string(value);
}

std::string draw_text(int middle, int width, const std::string& text) {
    return "<text x=\"" + number(middle) + "\" y=\"14\" textLength=\"" + number(width) + "\">" +
           text + "</text>";
}

}  // namespace

std::string draw_badge(
    std::string_view label, const std::optional<std::string>& state, BadgeStyle style
) {
    constexpr int kRoom = 6;
    const auto look = look_of(state);
    const auto name = escape(label);
    const auto word = std::string{look.word};
    const int left = width_of(label) + 2 * kRoom;
    const int right = width_of(look.word) + 2 * kRoom;
    const auto whole = number(left + right);
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + whole +
           "\" height=\"20\" role=\"img\" aria-label=\"" + name + ": " + word + "\"><title>" +
           name + ": " + word + "</title><clipPath id=\"r\"><rect width=\"" + whole +
           "\" height=\"20\" rx=\"" + number(style == BadgeStyle::flat ? 4 : 0) +
           "\"/></clipPath><g clip-path=\"url(#r)\"><rect width=\"" + number(left) +
           "\" height=\"20\" fill=\"#3d4450\"/><rect x=\"" + number(left) + "\" width=\"" +
           number(right) + "\" height=\"20\" fill=\"" + std::string{look.colour} +
           "\"/></g><g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" "
           "font-size=\"11\" text-anchor=\"middle\">" +
           draw_text(left / 2, left - 2 * kRoom, name) +
           draw_text(left + right / 2, right - 2 * kRoom, word) + "</g></svg>\n";
}

}  // namespace triphammer::api
