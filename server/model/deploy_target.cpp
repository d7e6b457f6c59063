#include "model/deploy_target.hpp"

#include <algorithm>

namespace triphammer::model {

namespace {

constexpr std::string_view kAt = " at ";

}  // namespace

bool has_engine_elsewhere(const DeploySpec& deploy) {
    return deploy.to == "container" && !deploy.host.empty();
}

std::string name_deploy_target(const DeploySpec& deploy) {
    auto out = deploy.to + "/" + deploy.service.text;
    if (has_engine_elsewhere(deploy)) out += std::string{kAt} + deploy.host.text;
    return out;
}

void set_deploy_target(DeploySpec& deploy, std::string_view target) {
    target.remove_prefix(std::min(target.find('/') + 1, target.size()));
    const auto at = target.rfind(kAt);
    if (has_engine_elsewhere(deploy) && at != target.npos) {
        deploy.host.text = target.substr(at + kAt.size());
        target = target.substr(0, at);
    }
    deploy.service.text = target;
}

}  // namespace triphammer::model
