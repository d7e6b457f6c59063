#include "runner/deploy/aws/access.hpp"

#include <utility>

namespace triphammer::runner {

namespace {

constexpr const char* kNoRegion =
    "no region is set: write env: { AWS_REGION: eu-west-1 } under deploy, or set the variable "
    "AWS_REGION of the environment";
constexpr const char* kNoKeys =
    "there are no credentials: set the environment's secrets AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY (triphammer secret set AWS_ACCESS_KEY_ID --repository R --environment "
    "E), or name "
    "others under deploy.secrets. Those of the machine (instance metadata) are never used";

const model::Template* find_pair(const model::Pairs& pairs, const std::string& name) {
    for (const auto& [key, value] : pairs) {
        if (key == name) return &value;
    }
    return nullptr;
}

model::Template expression(const std::string& context, const std::string& name) {
    return {"${{ " + context + "." + name + " }}", {}};
}

}  // namespace

Result<std::string> AwsNames::find(const std::string& name) const {
    for (const auto* pairs : {&spec_.secrets, &spec_.env}) {
        if (const auto* value = find_pair(*pairs, name)) return evaluate_(*value);
    }
    auto secret = evaluate_(expression("secrets", name));
    if (!secret || !secret->empty()) return secret;
    return find_variable(name);
}

Result<std::string> AwsNames::find_variable(const std::string& name) const {
    return evaluate_(expression("vars", name));
}

Task<Result<AwsAccess>> open_access(AwsNames names, const Clock& clock, Random& random) {
    AwsSources sources;
    sources.find = [names](const std::string& name) { return names.find(name); };
    sources.find_variable = [names](const std::string& name) { return names.find_variable(name); };
    sources.no_region = kNoRegion;
    sources.no_keys = kNoKeys;
    return open_access(std::move(sources), clock, random);
}

}  // namespace triphammer::runner
