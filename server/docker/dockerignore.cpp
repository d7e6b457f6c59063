#include "docker/dockerignore.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <optional>

namespace triphammer::docker {

namespace {

using Parts = std::vector<std::string>;

/// As Go's filepath.Clean: no empty parts, no ".", ".." taken back where possible.
Parts clean(std::string_view pattern) {
    Parts out;
    for (const auto part : split(pattern, '/')) {
        if (part.empty() || part == ".") continue;
        if (part == ".." && !out.empty() && out.back() != "..") {
            out.pop_back();
        } else {
            out.emplace_back(part);
        }
    }
    return out;
}

/// Whether every '[' is closed and no '\' stands at the end.
bool is_well_formed(std::string_view pattern) {
    bool inside = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == '\\') {
            if (++i == pattern.size()) return false;
        } else if (pattern[i] == '[' && !inside) {
            inside = true;
        } else if (pattern[i] == ']') {
            inside = false;
        }
    }
    return !inside;
}

struct ClassMatch {
    bool hit = false;
    std::size_t length = 0;  // of the class in the pattern, with its brackets
};

/// `pattern` begins at '['.
ClassMatch match_class(std::string_view pattern, char c) {
    std::size_t i = 1;
    const bool negated = i < pattern.size() && (pattern[i] == '^' || pattern[i] == '!');
    if (negated) ++i;
    bool hit = false;
    while (i < pattern.size() && pattern[i] != ']') {
        if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
        const char low = pattern[i++];
        char high = low;
        if (i + 1 < pattern.size() && pattern[i] == '-' && pattern[i + 1] != ']') {
            high = pattern[i + 1];
            i += 2;
        }
        hit = hit || (low <= c && c <= high);
    }
    return {hit != negated, i + 1};
}

/// How many pattern characters match `c`; nothing when they do not.
std::optional<std::size_t> match_one(std::string_view pattern, char c) {
    if (pattern.front() == '?') return 1;
    if (pattern.front() == '[') {
        const auto found = match_class(pattern, c);
        if (!found.hit) return {};
        return found.length;
    }
    const bool escaped = pattern.front() == '\\' && pattern.size() > 1;
    if (pattern[escaped ? 1 : 0] != c) return {};
    return escaped ? 2 : 1;
}

/// One path part against one pattern part; '*' by remembering the last one (linear, no recursion).
bool matches_part(std::string_view pattern, std::string_view text) {
    std::optional<std::pair<std::size_t, std::size_t>> star;  // places after '*', in the text
    std::size_t p = 0;
    std::size_t t = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = {++p, t};
            continue;
        }
        const auto step = p < pattern.size() ? match_one(pattern.substr(p), text[t])
                                             : std::optional<std::size_t>{};
        if (step) {
            p += *step;
            ++t;
        } else if (star) {
            p = star->first;
            t = ++star->second;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

/// reach[i] tells whether the pattern before `part` may end after `i` path parts; the answer, the
/// same with it.
std::vector<bool> advance(
    const std::vector<bool>& reach,
    const std::string& part,
    const std::vector<std::string_view>& path
) {
    std::vector<bool> next(reach.size(), false);
    const bool any = part == "**";
    next[0] = any && reach[0];
    for (std::size_t i = 1; i < reach.size(); ++i) {
        next[i] = any ? reach[i] || next[i - 1] : reach[i - 1] && matches_part(part, path[i - 1]);
    }
    return next;
}

/// A pattern that reaches any prefix of the path covers the path (it names a folder above it).
bool matches_path(const Parts& pattern, const std::vector<std::string_view>& path) {
    std::vector<bool> reach(path.size() + 1, false);
    reach[0] = true;
    for (const auto& part : pattern) reach = advance(reach, part, path);
    return std::find(reach.begin() + 1, reach.end(), true) != reach.end();
}

}  // namespace

Result<DockerIgnore> DockerIgnore::parse(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    DockerIgnore out;
    int number = 0;
    for (const auto raw : split(text, '\n')) {
        ++number;
        if (raw.starts_with('#')) continue;
        auto line = trim(raw);
        const bool reinclude = line.starts_with('!');
        if (reinclude) line = trim(line.substr(1));
        auto parts = clean(line);
        if (parts.empty()) continue;
        if (!is_well_formed(line)) {
            return invalid(
                ".dockerignore:" + std::to_string(number) + ": cannot read the pattern '" +
                std::string{line} + "'"
            );
        }
        out.rules_.push_back({std::move(parts), reinclude});
    }
    return out;
}

bool DockerIgnore::ignores(std::string_view path) const {
    const auto parts = split(path, '/');
    bool ignored = false;
    for (const auto& rule : rules_) {
        if (rule.reinclude != ignored) continue;  // would change nothing
        if (matches_path(rule.parts, parts)) ignored = !rule.reinclude;
    }
    return ignored;
}

bool DockerIgnore::may_reinclude_inside(std::string_view folder) const {
    const auto parts = split(folder, '/');
    return std::any_of(rules_.begin(), rules_.end(), [&parts](const Rule& rule) {
        if (!rule.reinclude) return false;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (i >= rule.parts.size() || rule.parts[i] == "**") return true;
            if (!matches_part(rule.parts[i], parts[i])) return false;
        }
        return true;
    });
}

}  // namespace triphammer::docker
