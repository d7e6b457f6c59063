#include "base/markup.hpp"

namespace triphammer {

namespace {

std::string_view entity_of(char letter) {
    switch (letter) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&#39;";
        default:
            return {};
    }
}

}  // namespace

std::string escape_markup(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char letter : text) {
        const auto entity = entity_of(letter);
        if (entity.empty()) out += letter;
        out += entity;
    }
    return out;
}

}  // namespace triphammer
