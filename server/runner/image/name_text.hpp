#pragma once
// The small languages in the inputs of docker/metadata-action: fields, expressions in {{ }}, dates,
// versions. Pure.

#include "base/clock.hpp"
#include "base/result.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::runner {

using Attributes = std::map<std::string, std::string>;

/// One line of CSV; "…" keeps commas.
std::vector<std::string> split_fields(std::string_view line);

/// "type=raw,value=x" → its parts, with names in small letters; a bare word is `bare`.
Attributes read_attributes(std::string_view rule, const std::string& bare);

std::string attribute_of(
    const Attributes& attributes, const std::string& name, std::string fallback = {}
);

/// What {{NAME}} stands for; nothing: no such name.
using ExpressionLookup = std::function<Result<std::optional<std::string>>(std::string_view inside)>;

/// Code::invalid for an expression that `lookup` does not know.
Result<std::string> render_expressions(std::string_view text, const ExpressionLookup& lookup);

/// `at` in UTC in a format of moment.js: YYYY, YY, MM, M, DD, D, HH, H, mm, m, ss, s, SSS, X, x,
/// [text] and all that is no letter. Code::invalid for another letter.
Result<std::string> format_date(TimePoint at, std::string_view format);

/// A version and what patterns make of it.
struct TagVersion {
    std::string raw;
    std::string version;
    std::vector<std::string> parts;  // major, minor, patch
    bool is_early = false;           // a pre-, post- or development release
};

/// Source: semver.org. Nothing: it is none.
std::optional<TagVersion> read_semver(const std::string& text);
/// Source: PEP 440. Nothing: it is none.
std::optional<TagVersion> read_pep440(const std::string& text);

}  // namespace triphammer::runner
