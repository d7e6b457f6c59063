#pragma once

#include "base/result.hpp"
#include "docker/reference.hpp"
#include "model/job_document.hpp"

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace triphammer::runner {

/// `image:` with its expressions evaluated and checked.
struct ImagePlan {
    std::string context;     // absolute, inside the workspace
    std::string dockerfile;  // relative to the context
    std::string target;
    std::vector<docker::ImageReference> tags;
    std::vector<std::pair<std::string, std::string>> build_args;
    std::map<std::string, std::string> labels;
    bool push = true;
    std::string username;
    Secret password;
    std::map<std::string, docker::Credentials> logins;  // by registry; before the two above
};

using Evaluate = std::function<Result<std::string>(const model::Template&)>;

/// Code::invalid with a sentence for what cannot be built: a context outside of the workspace, a
/// tag that is no name, `push` without a tag. The workspace must hold the source already.
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

}  // namespace triphammer::runner
