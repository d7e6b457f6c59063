#pragma once

#include "base/result.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::http {

/// A request target in origin form, decoded once, so that access checks and routing see the same
/// spelling.
struct Target {
    std::string path;
    std::vector<std::string> segments;
    Query query;
};

/// Refuses (Code::invalid): another form, broken %XX, empty, "." and ".." segments, encoded
/// slashes, backslashes, control characters, invalid UTF-8.
Result<Target> parse_target(std::string_view target);

}  // namespace triphammer::http
