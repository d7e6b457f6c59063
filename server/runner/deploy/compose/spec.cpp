#include "runner/deploy/compose/spec.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "model/engine_labels.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::runner {

namespace {

std::string member_label(const docker::Labels& labels, const char* name) {
    const auto found = labels.find(name);
    return found == labels.end() ? std::string{} : found->second;
}

ComposeMember member_of(const docker::ContainerSummary& container) {
    const auto& labels = container.labels;
    ComposeMember out;
    out.id = container.id;
    out.name = container.name;
    out.service = member_label(labels, kComposeServiceLabel);
    out.config = member_label(labels, kConfigLabel);
    out.restart = member_label(labels, kRestartLabel);
    out.order = static_cast<int>(parse_integer(member_label(labels, kOrderLabel)).value_or(0));
    const auto grace = parse_integer(member_label(labels, kGraceLabel));
    if (grace) out.stop_grace = std::chrono::seconds{std::min<std::int64_t>(*grace, 86'400)};
    out.is_running = container.state == "running" || container.state == "restarting";
    out.is_created = container.state == "created";
    out.labels = labels;
    return out;
}

}  // namespace

ComposeMembers members_of(const std::vector<docker::ContainerSummary>& containers) {
    ComposeMembers out;
    for (const auto& container : containers) out.push_back(member_of(container));
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
        return a.order < b.order;
    });
    return out;
}

const ComposeMember* find_member(const ComposeMembers& members, const std::string& service) {
    const auto found = std::find_if(members.begin(), members.end(), [&service](const auto& one) {
        return one.service == service;
    });
    return found == members.end() ? nullptr : &*found;
}

std::string hash_of_service(const ComposeService& service) {
    auto networks = nlohmann::json::array();
    for (const auto& network : service.networks)
        networks.push_back({network.name, network.aliases});
    const nlohmann::json all{
        docker::create_body(service.container),
        networks,
        service.restart,
        service.stop_grace.count(),
    };
    return sha256_hex(all.dump());
}

docker::ContainerSpec make_member_spec(
    const ComposeProject& project,
    const ComposeService& service,
    const DeployNames& names,
    std::int64_t n
) {
    auto spec = service.container;
    spec.name = names.container(n) + "-" + service.name;
    spec.network = service.networks.front().name;
    spec.aliases = service.networks.front().aliases;
    for (const auto& [name, value] : names.candidate_labels(model::kAppRole)) {
        spec.labels[name] = value;
    }
    spec.labels[kProjectLabel] = project.name;
    spec.labels[kComposeServiceLabel] = service.name;
    spec.labels[kConfigLabel] = hash_of_service(service);
    spec.labels["com.docker.compose.container-number"] = "1";
    spec.labels["com.docker.compose.oneoff"] = "False";
    const auto place = project.find(service.name) - project.services.data();
    spec.labels[kOrderLabel] = std::to_string(place);
    spec.labels[kRestartLabel] = service.restart;
    spec.labels[kGraceLabel] = std::to_string(service.stop_grace.count());
    return spec;
}

}  // namespace triphammer::runner
