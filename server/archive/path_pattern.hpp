#pragma once
// The path lists of upload-artifact and cache: a pattern a line, the last one that matches decides.
// Pure; paths are absolute and normal ("/a/b", no "." or "..").
// Source: the README of @actions/glob.
//
//   *  ?  […]   within one name             **   any folders, as a whole segment
//   !  at the start: takes away             #    at the start: a comment
//   ~  at the start: the home folder        /    at the end: folders only
//
// What lies below a folder that matches does too.

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::archive {

struct Places {
    std::string workspace;  // what relative paths begin at
    std::string home;
};

class PathPattern {
  public:
    /// Of one line, without blanks around it.
    PathPattern(std::string_view line, const Places& places);

    bool excludes() const { return excludes_; }

    /// The longest beginning without wildcards: where a search starts.
    const std::string& base() const { return base_; }

    bool has_wildcards() const { return has_wildcards_; }

    bool matches(std::string_view path, bool is_folder) const;
    /// Whether something at or below this folder may match.
    bool may_match_below(std::string_view folder) const;

  private:
    std::vector<std::string> segments_;
    std::string base_;
    bool excludes_ = false;
    bool folders_only_ = false;
    bool has_wildcards_ = false;
};

/// All lines of a `path` input.
class PathList {
  public:
    PathList(std::string_view text, const Places& places);

    bool selects(std::string_view path, bool is_folder) const;
    bool may_select_below(std::string_view folder) const;
    /// Where to search, each once, none below another.
    std::vector<std::string> bases() const;
    /// Where each pattern that selects begins, in order, each once.
    std::vector<std::string> all_bases() const;

    bool empty() const { return patterns_.empty(); }

  private:
    std::vector<PathPattern> patterns_;
};

/// Without "//", "." and ".."; above the root is the root.
std::string normal_path(std::string_view path);
/// The folder that all of them are in, or the only one itself.
std::string common_folder(const std::vector<std::string>& paths);
/// Whether `path` is `folder` or below it.
bool is_within(std::string_view path, std::string_view folder);

}  // namespace triphammer::archive
