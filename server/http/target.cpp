#include "http/target.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace triphammer::http {

namespace {

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](unsigned char c) {
        return c < 0x20 || c == 0x7f;
    });
}

bool is_safe_segment(std::string_view segment) {
    if (segment.empty() || segment == "." || segment == "..") return false;
    if (segment.find_first_of("/\\") != std::string_view::npos) return false;
    return !has_control(segment) && is_utf8(segment);
}

Result<> read_segments(std::string_view path, Target& out) {
    for (const auto part : split(path, '/')) {
        auto segment = percent_decode(part);
        if (!segment || !is_safe_segment(*segment)) {
            return invalid("the path has a segment that is empty, '.', '..' or badly encoded");
        }
        out.path += '/' + *segment;
        out.segments.push_back(std::move(*segment));
    }
    return {};
}

Result<> read_path(std::string_view path, Target& out) {
    path.remove_prefix(1);
    const bool trailing_slash = path.ends_with('/');
    if (trailing_slash) path.remove_suffix(1);
    if (path.empty() && trailing_slash) return invalid("the path has an empty segment");
    if (!path.empty()) {
        if (auto read = read_segments(path, out); !read) return read;
    }
    if (trailing_slash || path.empty()) out.path += '/';
    return {};
}

Result<> read_query(std::string_view query, Target& out) {
    if (query.empty()) return {};
    for (const auto part : split(query, '&')) {
        if (part.empty()) continue;
        const auto equals = std::min(part.find('='), part.size());
        auto name = percent_decode(part.substr(0, equals), true);
        auto value = percent_decode(part.substr(std::min(equals + 1, part.size())), true);
        if (!name || !value || !is_utf8(*name) || !is_utf8(*value) ||
            value->find('\0') != std::string::npos) {
            return invalid("the query is badly encoded");
        }
        out.query.add(std::move(*name), std::move(*value));
    }
    return {};
}

}  // namespace

Result<Target> parse_target(std::string_view target) {
    if (!target.starts_with('/')) return invalid("the request target does not begin with '/'");
    const auto question = std::min(target.find('?'), target.size());
    Target out;
    if (auto path = read_path(target.substr(0, question), out); !path) return path.error();
    const auto query = target.substr(std::min(question + 1, target.size()));
    if (auto read = read_query(query, out); !read) return read.error();
    return out;
}

}  // namespace triphammer::http
