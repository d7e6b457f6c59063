#include "plan/glob.hpp"

#include <algorithm>

namespace triphammer::plan {

namespace {

constexpr std::string_view kSpecial = "*?+[]\\";

}  // namespace

// States of the simulation: two for each part. State 2i: before part i. State 2i+1: inside it (in
// the middle of a folder's name for `folders`, after the first character of a repeated one).

Glob::Glob(std::string_view pattern)
    : literal_(pattern), is_literal_(pattern.find_first_of(kSpecial) == std::string_view::npos) {
    for (std::size_t at = 0; !is_literal_ && at < pattern.size();) at = add_next(pattern, at);
}

std::size_t Glob::add_next(std::string_view pattern, std::size_t at) {
    const char c = pattern[at];
    if (c == '*') return add_stars(pattern, at);
    if (c == '[' && pattern.find(']', at + 2) != std::string_view::npos) {
        return add_class(pattern, at);
    }
    if ((c == '?' || c == '+') && !parts_.empty()) {
        (c == '?' ? parts_.back().optional : parts_.back().repeated) = true;
        return at + 1;
    }
    if (c == '\\' && at + 1 < pattern.size()) ++at;
    add_character(static_cast<unsigned char>(pattern[at]));
    return at + 1;
}

bool Glob::matches(std::string_view text) const {
    if (is_literal_) return text == literal_;
    std::vector<char> states(parts_.size() * 2 + 1, 0);
    std::vector<char> next(states.size(), 0);
    states[0] = 1;
    skip_optional(states);
    for (const char c : text) {
        std::fill(next.begin(), next.end(), 0);
        step(c, states, next);
        skip_optional(next);
        states.swap(next);
    }
    return states.back() != 0;
}

void Glob::add_character(unsigned char c) {
    parts_.emplace_back().characters.set(c);
}

std::size_t Glob::add_class(std::string_view pattern, std::size_t at) {
    const auto end = pattern.find(']', at + 2);
    auto& characters = parts_.emplace_back().characters;
    for (std::size_t i = at + 1; i < end; ++i) {
        const auto first = static_cast<unsigned char>(pattern[i]);
        const bool is_range = i + 2 < end && pattern[i + 1] == '-';
        const auto last = is_range ? static_cast<unsigned char>(pattern[i + 2]) : first;
        for (unsigned c = first; c <= last; ++c) characters.set(c);
        if (is_range) i += 2;
    }
    return end + 1;
}

std::size_t Glob::add_stars(std::string_view pattern, std::size_t at) {
    const bool starts_segment = at == 0 || pattern[at - 1] == '/';
    std::size_t end = at;
    while (end < pattern.size() && pattern[end] == '*') ++end;
    auto& part = parts_.emplace_back();
    part.kind = end - at > 1 ? Kind::double_star : Kind::star;
    const bool is_folders = part.kind == Kind::double_star && starts_segment &&
                            end < pattern.size() && pattern[end] == '/';
    if (!is_folders) return end;
    part.kind = Kind::folders;
    return end + 1;
}

void Glob::step(char c, const std::vector<char>& from, std::vector<char>& to) const {
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        if (from[i * 2] != 0 || from[i * 2 + 1] != 0) step_part(c, i, to);
    }
}

void Glob::step_part(char c, std::size_t part, std::vector<char>& to) const {
    const std::size_t before = part * 2;
    const std::size_t inside = before + 1;
    const std::size_t after = before + 2;
    switch (parts_[part].kind) {
        case Kind::characters:
            if (!parts_[part].characters.test(static_cast<unsigned char>(c))) return;
            to[after] = 1;
            if (parts_[part].repeated) to[inside] = 1;
            return;
        case Kind::star:
            if (c != '/') to[before] = 1;
            return;
        case Kind::double_star:
            to[before] = 1;
            return;
        case Kind::folders:
            to[c == '/' ? before : inside] = 1;
            return;
    }
}

void Glob::skip_optional(std::vector<char>& states) const {
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        const bool skippable = parts_[i].kind != Kind::characters || parts_[i].optional;
        if (skippable && states[i * 2] != 0) states[i * 2 + 2] = 1;
    }
}

bool selects(const std::vector<std::string>& patterns, std::string_view text) {
    bool selected = false;
    for (const std::string_view pattern : patterns) {
        const bool takes_away = pattern.starts_with('!');
        if (takes_away != selected) continue;  // it could change nothing
        const Glob glob{takes_away ? pattern.substr(1) : pattern};
        if (glob.matches(text)) selected = !takes_away;
    }
    return selected;
}

}  // namespace triphammer::plan
