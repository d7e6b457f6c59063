#include "runner/image/plan.hpp"

#include <utility>

namespace triphammer::runner {

docker::Credentials credentials_for(const ImagePlan& plan, const docker::ImageReference& image) {
    const auto login = plan.logins.find(image.registry());
    if (login != plan.logins.end()) return login->second;
    docker::Credentials credentials;
    credentials.username = plan.username;
    credentials.password = plan.password;
    credentials.server = image.registry();
    return credentials;
}

std::vector<docker::Credentials> all_logins(const ImagePlan& plan) {
    std::vector<docker::Credentials> out;
    for (const auto& [registry, login] : plan.logins) out.push_back(login);
    if (plan.username.empty()) return out;
    for (const auto& tag : plan.tags) {
        if (!plan.logins.contains(tag.registry())) out.push_back(credentials_for(plan, tag));
    }
    return out;
}

AwsSources ecr_sources(
    const model::JobDocument& document, const Evaluate& evaluate, std::string region
) {
    const auto from = [evaluate](const char* context, const std::string& name) {
        return evaluate({"${{ " + std::string{context} + "." + name + " }}", {}});
    };
    AwsSources out;
    out.find_variable = [from](const std::string& name) { return from("vars", name); };
    out.find = [from, evaluate, region, env = document.job.env](const std::string& name) {
        if (name == "AWS_REGION") return Result<std::string>{region};
        for (const auto& [key, value] : env) {
            if (key == name) return evaluate(value);
        }
        auto secret = from("secrets", name);
        return !secret || !secret->empty() ? secret : from("vars", name);
    };
    out.no_region = "login.ecr.region is empty";
    out.no_keys =
        "login.ecr: there are no credentials: set the secrets AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY (triphammer secret set AWS_ACCESS_KEY_ID --repository R), or write "
        "them under env of the job. Those of the machine (instance metadata) are never used";
    return out;
}

}  // namespace triphammer::runner
