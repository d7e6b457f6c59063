#pragma once

#include "base/result.hpp"
#include "docker/reference.hpp"
#include "model/job_document.hpp"
#include "runner/aws/access.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace triphammer::runner {

/// `image.login.ecr`
struct EcrWish {
    std::string region;
    std::string account;  // empty: the keys' own
    bool create = false;
    std::string policy;  // JSON, for a repository that has none; empty: none
    bool is_immutable = false;
    bool scans = false;
};

/// `image:` with its expressions evaluated and checked.
struct ImagePlan {
    std::string context;     // absolute, inside the workspace
    std::string dockerfile;  // relative to the context
    std::string target;
    std::vector<docker::ImageReference> tags;
    std::vector<std::pair<std::string, std::string>> build_args;
    std::map<std::string, std::string> labels;
    bool push = true;
    /// The commit is a stranger's: no layer of others is used or left, nothing is named or pushed,
    /// nobody is logged in.
    bool is_apart = false;
    std::string builder;                 // classic | buildkit; empty: what is needed
    std::vector<std::string> platforms;  // linux/arm64; empty: the engine's own
    std::vector<docker::ImageReference> cache_from;
    bool no_cache = false;
    bool pull = false;
    std::string smoke;            // empty: none
    std::int64_t keep_count = 0;  // of the job's images on the engine; 0: all
    std::int64_t keep_days = 0;   // 0: of any age
    std::optional<EcrWish> ecr;
    std::string username;
    Secret password;
    std::map<std::string, docker::Credentials> logins;  // by registry; before the two above
};

/// The name that one platform's image has beside the index of several: app:1 → app:1-linux-arm64.
docker::ImageReference name_for_platform(docker::ImageReference tag, std::string platform);

using Evaluate = std::function<Result<std::string>(const model::Template&)>;

/// Code::invalid with a sentence for what cannot be built: a context outside of the workspace, a
/// tag that is no name, `push` without a tag. The workspace must hold the source already. What a
/// stranger's commit may not have is taken away here.
Result<ImagePlan> make_image_plan(
    const model::JobDocument& document, const std::string& workspace, const Evaluate& evaluate
);

/// The same for an image that is not the job's own.
Result<ImagePlan> make_image_plan(
    const model::JobDocument& document,
    const model::ImageSpec& spec,
    const std::string& workspace,
    const Evaluate& evaluate
);

/// The credentials for one registry.
docker::Credentials credentials_for(const ImagePlan& plan, const docker::ImageReference& image);

/// Those that a build may need for its base images.
std::vector<docker::Credentials> all_logins(const ImagePlan& plan);

/// The values that open `image.login.ecr`: the job's env, else its secrets and variables.
AwsSources ecr_sources(
    const model::JobDocument& document, const Evaluate& evaluate, std::string region
);

}  // namespace triphammer::runner
