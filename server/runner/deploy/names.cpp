#include "runner/deploy/names.hpp"

#include "base/digest.hpp"
#include "model/engine_labels.hpp"

namespace triphammer::runner {

namespace {

constexpr std::size_t kKeyLength = 12;

bool holds_all(const docker::Labels& labels, const docker::Labels& wanted) {
    for (const auto& [name, value] : wanted) {
        const auto found = labels.find(name);
        if (found == labels.end() || found->second != value) return false;
    }
    return true;
}

}  // namespace

std::string DeployNames::container(std::int64_t n) const {
    return model::engine_prefix(server_id) + "d" + deployment + "-" + std::to_string(n);
}

std::string DeployNames::network() const {
    return "th-net-" + key;
}

std::string DeployNames::switch_container() const {
    return "th-switch-" + key;
}

docker::Labels DeployNames::service_labels(const char* role) const {
    return {
        {model::kServerLabel, server_id},
        {model::kRoleLabel, role},
        {kRepositoryLabel, repository},
        {kServiceLabel, service},
        {kEnvironmentLabel, environment}};
}

docker::Labels DeployNames::owner_labels() const {
    auto labels = service_labels("");
    labels.erase(model::kRoleLabel);
    return labels;
}

docker::Labels DeployNames::candidate_labels(const char* role) const {
    auto labels = service_labels(role);
    labels[model::kFenceLabel] = std::to_string(fence);
    labels[model::kDeploymentLabel] = deployment;
    return labels;
}

bool DeployNames::is_ours(const docker::Labels& labels) const {
    return holds_all(
        labels,
        {{model::kServerLabel, server_id},
         {model::kDeploymentLabel, deployment},
         {kRepositoryLabel, repository},
         {kServiceLabel, service},
         {kEnvironmentLabel, environment}}
    );
}

bool DeployNames::is_of_owner(const docker::Labels& labels) const {
    return holds_all(labels, owner_labels());
}

bool DeployNames::is_of_service(const docker::Labels& labels, const char* role) const {
    return holds_all(labels, service_labels(role));
}

DeployNames make_names(const model::JobDocument& document, const std::string& service) {
    DeployNames names;
    names.server_id = document.server_id;
    names.fence = document.fence;
    names.deployment = document.deployment.id;
    names.repository = document.source.repository;
    names.environment = document.deployment.environment;
    names.service = service;
    const std::string separator(1, '\0');
    names.key = sha256_hex(
                    document.server_id + separator + names.repository + separator +
                    names.environment + separator + service
    )
                    .substr(0, kKeyLength);
    return names;
}

}  // namespace triphammer::runner
