#include "archive/path_pattern.hpp"

#include "base/text.hpp"

#include <fnmatch.h>

#include <algorithm>

namespace triphammer::archive {

namespace {

bool is_wild(std::string_view segment) {
    return segment.find_first_of("*?[") != std::string_view::npos;
}

std::vector<std::string> segments_of(std::string_view path) {
    std::vector<std::string> out;
    for (const auto part : split(path, '/')) {
        if (!part.empty()) out.emplace_back(part);
    }
    return out;
}

std::string path_of(const std::vector<std::string>& segments) {
    return "/" + join(segments, "/");
}

std::string to_absolute(std::string_view text, const Places& places) {
    if (text == "~" || text.starts_with("~/")) return places.home + std::string{text.substr(1)};
    if (text.starts_with('/')) return std::string{text};
    return places.workspace + "/" + std::string{text};
}

bool matches_name(const std::string& pattern, const std::string& name) {
    return is_wild(pattern) ? ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0 : pattern == name;
}

/// How much of a pattern a path has used up: a set of positions, as `**` leaves several.
class Progress {
  public:
    explicit Progress(const std::vector<std::string>& pattern)
        : pattern_{pattern}, at_(pattern.size() + 1, false) {
        at_[0] = true;
        skip_folders();
    }

    void take(const std::string& name) {
        std::vector<bool> next(at_.size(), false);
        for (std::size_t i = 0; i < pattern_.size(); ++i) {
            if (!at_[i]) continue;
            if (pattern_[i] == "**") {
                next[i] = true;
            } else if (matches_name(pattern_[i], name)) {
                next[i + 1] = true;
            }
        }
        at_ = std::move(next);
        skip_folders();
    }

    bool is_whole() const { return at_.back(); }

    bool is_possible() const { return std::find(at_.begin(), at_.end(), true) != at_.end(); }

  private:
    /// `**` stands for no folder at all, too.
    void skip_folders() {
        for (std::size_t i = 0; i < pattern_.size(); ++i) {
            if (at_[i] && pattern_[i] == "**") at_[i + 1] = true;
        }
    }

    const std::vector<std::string>& pattern_;
    std::vector<bool> at_;
};

}  // namespace

PathPattern::PathPattern(std::string_view line, const Places& places) {
    while (line.starts_with('!')) {
        excludes_ = !excludes_;
        line = trim(line.substr(1));
    }
    folders_only_ = line.size() > 1 && line.ends_with('/');
    segments_ = segments_of(normal_path(to_absolute(line, places)));
    const auto wild = std::find_if(segments_.begin(), segments_.end(), is_wild);
    has_wildcards_ = wild != segments_.end();
    base_ = path_of({segments_.begin(), wild});
}

bool PathPattern::matches(std::string_view path, bool is_folder) const {
    Progress progress{segments_};
    const auto names = segments_of(path);
    if (progress.is_whole() && !names.empty()) return true;
    for (std::size_t i = 0; i < names.size(); ++i) {
        progress.take(names[i]);
        const bool above = i + 1 < names.size();
        if (progress.is_whole() && (above || is_folder || !folders_only_)) return true;
    }
    return false;
}

bool PathPattern::may_match_below(std::string_view folder) const {
    Progress progress{segments_};
    for (const auto& name : segments_of(folder)) {
        if (progress.is_whole()) return true;
        progress.take(name);
        if (!progress.is_possible()) return false;
    }
    return true;
}

PathList::PathList(std::string_view text, const Places& places) {
    for (const auto part : split(text, '\n')) {
        const auto line = trim(part);
        if (!line.empty() && line.front() != '#') patterns_.emplace_back(line, places);
    }
}

bool PathList::selects(std::string_view path, bool is_folder) const {
    bool selected = false;
    for (const auto& pattern : patterns_) {
        if (pattern.excludes() == selected && pattern.matches(path, is_folder)) {
            selected = !pattern.excludes();
        }
    }
    return selected;
}

bool PathList::may_select_below(std::string_view folder) const {
    return std::any_of(patterns_.begin(), patterns_.end(), [&](const PathPattern& pattern) {
        return !pattern.excludes() && pattern.may_match_below(folder);
    });
}

std::vector<std::string> PathList::all_bases() const {
    std::vector<std::string> out;
    for (const auto& pattern : patterns_) {
        const bool known = std::find(out.begin(), out.end(), pattern.base()) != out.end();
        if (!pattern.excludes() && !known) out.push_back(pattern.base());
    }
    return out;
}

std::vector<std::string> PathList::bases() const {
    const auto all = all_bases();
    std::vector<std::string> out;
    for (const auto& base : all) {
        const bool covered = std::any_of(all.begin(), all.end(), [&](const std::string& other) {
            return other != base && is_within(base, other);
        });
        if (!covered) out.push_back(base);
    }
    return out;
}

std::string normal_path(std::string_view path) {
    std::vector<std::string> out;
    for (auto& segment : segments_of(path)) {
        if (segment == "..") {
            if (!out.empty()) out.pop_back();
        } else if (segment != ".") {
            out.push_back(std::move(segment));
        }
    }
    return path_of(out);
}

std::string common_folder(const std::vector<std::string>& paths) {
    if (paths.empty()) return "/";
    auto common = segments_of(paths.front());
    for (const auto& path : paths) {
        const auto other = segments_of(path);
        const auto ends = std::mismatch(common.begin(), common.end(), other.begin(), other.end());
        common.erase(ends.first, common.end());
    }
    return path_of(common);
}

bool is_within(std::string_view path, std::string_view folder) {
    if (folder == "/") return true;
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace triphammer::archive
