#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::docker {

/// The rules of a .dockerignore file: one pattern a line, `#` comments, `!` takes back, the last
/// matching line decides, a pattern that matches a folder covers what is inside; `*`, `?`, `[a-z]`
/// stay inside one path part, `**` crosses them (docs.docker.com, "dockerignore files"). Pure.
class DockerIgnore {
  public:
    DockerIgnore() = default;

    /// Code::invalid with the line for a pattern that cannot be read (`[` without `]`).
    static Result<DockerIgnore> parse(std::string_view text);

    /// `path`: relative, '/' between parts.
    bool ignores(std::string_view path) const;

    /// Whether a rule with `!` might take back something inside the folder: then it must be walked
    /// although it is ignored itself.
    bool may_reinclude_inside(std::string_view folder) const;

  private:
    struct Rule {
        std::vector<std::string> parts;  // of the pattern, split at '/'
        bool reinclude = false;
    };

    std::vector<Rule> rules_;
};

}  // namespace triphammer::docker
