#pragma once
// Versions and ranges of versions, as the setup actions know them. Pure.
// Source: semver.org 2.0, and the ranges of npm's node-semver (docs.npmjs.com, "About semantic
// versioning").

#include "base/result.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::runner {

struct Version {
    std::array<int, 3> parts{};  // major, minor, patch
    bool is_early = false;       // 3.13.0rc1, 21-ea

    friend auto operator<=>(const Version&, const Version&) = default;
};

/// The first version in `text`: "v20.11.0", "go version go1.22.1 linux/amd64", "1.8.0_392" (which
/// is Java 8).
std::optional<Version> find_version(std::string_view text);
/// "3.11.2"
std::string version_text(const Version& version);

/// "3.11", "3.x", "v18", "^1.13.1", "~1.2", ">=3.9 <3.13", "1.18 - 1.20", "16 || 18", "*".
class VersionRange {
  public:
    /// Code::invalid for what is no range.
    static Result<VersionRange> parse(std::string_view text);

    bool has(const Version& version) const;

  private:
    /// low ≤ version < high
    struct Span {
        std::array<int, 3> low{};
        std::array<int, 3> high{};
    };

    static Result<Span> parse_all_of(std::string_view text);
    static Result<Span> parse_one(std::string_view text);

    std::vector<Span> any_of_;
};

}  // namespace triphammer::runner
