#include "runner/deploy/swarm/spec.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "model/engine_labels.hpp"
#include "runner/deploy/probe.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::runner {

using nlohmann::json;

namespace {

constexpr int kRetries = 3;
constexpr std::chrono::seconds kOneLook{5};
/// How long the swarm watches a new task before it goes on; also without `health.for`.
constexpr std::chrono::seconds kMonitor{2};
constexpr std::chrono::seconds kBeforeRestart{1};

std::int64_t nanoseconds(std::chrono::nanoseconds time) {
    return time.count();
}

json health_of(const ProbeSpec& health) {
    return {
        {"Test", health_test(health)},
        {"Interval", nanoseconds(health.interval)},
        {"Timeout", nanoseconds(kOneLook)},
        {"StartPeriod", nanoseconds(health.timeout)},
        {"Retries", kRetries},
    };
}

/// NAME:/path[:ro]
json mounts_of(const DeployPlan& plan) {
    auto out = json::array();
    for (const auto& volume : plan.volumes) {
        const auto parts = split(volume, ':');
        const bool is_read_only = parts.size() > 2 && parts[2] == "ro";
        out.push_back(
            {{"Type", "volume"},
             {"Source", parts[0]},
             {"Target", parts[1]},
             {"ReadOnly", is_read_only}}
        );
    }
    return out;
}

json container_of(const DeployPlan& plan, const std::string& image, const docker::Labels& labels) {
    auto env = json::array();
    for (const auto& [name, value] : plan.env) env.push_back(name + "=" + value);
    json out{
        {"Image", image},
        {"Labels", labels},
        {"Env", env},
        {"Init", true},  // TERM reaches a program that is PID 1 and has no handler
        {"StopGracePeriod", nanoseconds(plan.drain)},
        {"Mounts", mounts_of(plan)},
    };
    if (!plan.command.empty()) out["Args"] = plan.command;
    if (!health_test(plan.health).empty()) out["Healthcheck"] = health_of(plan.health);
    return out;
}

json ports_of(const DeployPlan& plan) {
    auto out = json::array();
    for (const auto& port : plan.ports) {
        out.push_back(
            {{"Protocol", port.protocol},
             {"TargetPort", port.container_port},
             {"PublishedPort", port.host_port},
             {"PublishMode", "ingress"}}
        );
    }
    return out;
}

json networks_of(const DeployPlan& plan) {
    auto out = json::array();
    for (const auto& network : plan.networks) out.push_back({{"Target", network}});
    return out;
}

json change_of(const DeployPlan& plan) {
    const auto monitor = std::max<std::chrono::nanoseconds>(plan.health.hold, kMonitor);
    return {
        {"Parallelism", 1},
        {"Order", plan.stops_first ? "stop-first" : "start-first"},
        {"FailureAction", "pause"},
        {"Monitor", nanoseconds(monitor)},
        {"MaxFailureRatio", 0},
    };
}

}  // namespace

std::string make_service_spec(
    const DeployPlan& plan,
    const DeployNames& names,
    const std::string& image,
    std::int64_t effect,
    const std::string& before
) {
    auto labels = names.candidate_labels(model::kAppRole);
    labels[kEffectLabel] = std::to_string(effect);
    auto own = labels;
    own[kBeforeLabel] = before;
    const json spec{
        {"Name", plan.service},
        {"Labels", own},
        {"TaskTemplate",
         {{"ContainerSpec", container_of(plan, image, labels)},
          {"RestartPolicy", {{"Condition", "any"}, {"Delay", nanoseconds(kBeforeRestart)}}},
          {"Networks", networks_of(plan)}}},
        {"Mode", {{"Replicated", {{"Replicas", plan.replicas}}}}},
        {"UpdateConfig", change_of(plan)},
        {"EndpointSpec", {{"Mode", "vip"}, {"Ports", ports_of(plan)}}},
    };
    return spec.dump();
}

std::string hash_of_spec(std::string_view spec) {
    return spec.empty() ? std::string{} : sha256_hex(spec);
}

std::vector<std::string> health_test(const ProbeSpec& health) {
    if (health.kind == ProbeSpec::Kind::command) return {"CMD-SHELL", health.command};
    if (health.kind != ProbeSpec::Kind::http) return {};
    return {"CMD-SHELL", http_command(health.path, health.port)};
}

std::string object_of(const std::string& service, const std::string& deployment) {
    return service + "/" + deployment;
}

std::string label_of(const docker::Labels& labels, const char* name) {
    const auto found = labels.find(name);
    return found == labels.end() ? std::string{} : found->second;
}

std::string digest_in(std::string_view image) {
    const auto at = image.find('@');
    return at == image.npos ? std::string{} : std::string{image.substr(at + 1)};
}

}  // namespace triphammer::runner
