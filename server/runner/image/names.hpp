#pragma once
// The names that docker/metadata-action gives to an image. Pure.
// Source: that action's documentation, "tags input" and "flavor input".

#include "base/result.hpp"

#include <string>
#include <vector>

namespace triphammer::runner {

/// What the names are made from.
struct ImageOccasion {
    std::string event;  // push, pull_request, schedule, …
    std::string ref;    // in full
    std::string sha;
    std::string default_branch;
    std::string pull_request;  // its number
};

struct ImageRules {
    std::vector<std::string> images;  // names without a tag
    std::vector<std::string> tags;  // "type=semver,pattern={{version}}", …; empty: the usual ones
    std::vector<std::string> flavor;  // "latest=auto", "prefix=", "suffix="
};

struct ImageNames {
    std::string version;            // the first tag
    std::vector<std::string> tags;  // image:tag
};

/// Code::invalid for a rule that is not known, naming it.
Result<ImageNames> make_image_names(const ImageOccasion& occasion, const ImageRules& rules);

}  // namespace triphammer::runner
