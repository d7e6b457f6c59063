#pragma once
// The names that docker/metadata-action gives to an image. Pure.
// Source: that action's documentation, "images input" to "Global expressions".

#include "base/clock.hpp"
#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::runner {

/// What the names are made from.
struct ImageOccasion {
    std::string event;  // push, pull_request, schedule, …
    std::string ref;    // in full
    std::string sha;
    std::string default_branch;
    std::string pull_request;   // its number
    std::string base_ref = {};  // of a tag's push or a pull request: the branch
    TimePoint now = {};
    TimePoint committed = {};
    std::size_t short_sha = 7;
};

struct ImageRules {
    std::vector<std::string> images;  // "app", "name=app,enable=true", "app,other/app"
    std::vector<std::string> tags;  // "type=semver,pattern={{version}}", …; empty: the usual ones
    std::vector<std::string> flavor;  // "latest=auto", "prefix=", "suffix=,onlatest=true"
};

struct ImageNames {
    std::string version;             // the first tag
    std::vector<std::string> tags;   // image:tag; tag alone where no image is named
    std::vector<std::string> names;  // tag
};

/// Code::invalid for a rule that is not known, naming it.
Result<ImageNames> make_image_names(const ImageOccasion& occasion, const ImageRules& rules);

/// `text` with the expressions that may stand anywhere: {{branch}}, {{tag}}, {{sha}}, {{base_ref}},
/// {{is_default_branch}}, {{is_not_default_branch}}, {{date 'YYYYMMDD'}}, {{commit_date '…'}}.
/// Code::invalid for another one.
Result<std::string> expand_image_text(const ImageOccasion& occasion, std::string_view text);

}  // namespace triphammer::runner
