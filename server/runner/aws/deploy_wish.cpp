#include "runner/aws/deploy_wish.hpp"

#include "aws/value.hpp"

#include <algorithm>

namespace triphammer::runner {

using nlohmann::json;

namespace {

constexpr int kUsualMinutes = 30;
constexpr int kMostMinutes = 360;

/// Of the kind of `empty`, which stands for an input that is not given.
Result<json> json_input(const ActionIo& io, const char* name, json empty) {
    const auto text = io.input(name);
    if (text.empty()) return aws::value_of(std::move(empty));
    auto out = json::parse(text, nullptr, false);
    if (out.type() == empty.type()) return aws::value_of(std::move(out));
    return invalid(std::string{name} + ": it is no JSON " + (empty.is_array() ? "list" : "object"));
}

/// A member for what is given.
Result<> put_volume(const ActionIo& io, const std::string& prefix, json& call) {
    const auto name = io.input(prefix + "-managed-ebs-volume-name");
    const auto volume = json_input(io, (prefix + "-managed-ebs-volume").c_str(), json::object());
    if (!volume) return volume.error();
    if (name.empty() || volume->empty()) return {};
    auto one = json::object();
    one["name"] = name;
    one["managedEBSVolume"] = *volume;
    call["volumeConfigurations"] = json::array({one});
    return {};
}

Result<> put_tags(const ActionIo& io, json& call) {
    const auto managed = io.flag("enable-ecs-managed-tags", false);
    if (!managed) return managed.error();
    if (!io.input("enable-ecs-managed-tags").empty()) call["enableECSManagedTags"] = *managed;
    if (const auto from = io.input("propagate-tags"); !from.empty()) call["propagateTags"] = from;
    return {};
}

json network_of(const ActionIo& io) {
    auto out = json::object();
    if (const auto subnets = io.items("run-task-subnets"); !subnets.empty())
        out["subnets"] = subnets;
    if (const auto groups = io.items("run-task-security-groups"); !groups.empty())
        out["securityGroups"] = groups;
    if (out.empty()) return out;
    const auto address = io.input("run-task-assign-public-IP");
    out["assignPublicIp"] = address.empty() ? "DISABLED" : address;
    return out;
}

Result<json> read_task(const ActionIo& io) {
    auto out = json::object();
    const auto starter = io.input("run-task-started-by");
    out["startedBy"] = starter.empty() ? "GitHub-Actions" : starter;
    const auto overrides = json_input(io, "run-task-container-overrides", json::array());
    const auto strategy = json_input(io, "run-task-capacity-provider-strategy", json::array());
    const auto tags = json_input(io, "run-task-tags", json::array());
    for (const auto* one : {&overrides, &strategy, &tags}) {
        if (!*one) return one->error();
    }
    if (!overrides->empty()) out["overrides"]["containerOverrides"] = *overrides;
    if (!tags->empty()) out["tags"] = *tags;
    const auto type = io.input("run-task-launch-type");
    if (!strategy->empty()) {
        out["capacityProviderStrategy"] = *strategy;
    } else {
        out["launchType"] = type.empty() ? "FARGATE" : type;
    }
    if (auto network = network_of(io); !network.empty())
        out["networkConfiguration"]["awsvpcConfiguration"] = std::move(network);
    auto fine = put_tags(io, out);
    if (fine) fine = put_volume(io, "run-task", out);
    if (!fine) return fine.error();
    return aws::value_of(std::move(out));
}

Result<json> read_update(const ActionIo& io) {
    auto out = json::object();
    const auto force = io.flag("force-new-deployment", false);
    if (!force) return force.error();
    out["forceNewDeployment"] = *force;
    const auto count = io.number("desired-count", -1, 0, 1'000'000);
    if (!count) return count.error();
    if (*count >= 0) out["desiredCount"] = *count;
    auto fine = put_tags(io, out);
    if (fine) fine = put_volume(io, "service", out);
    if (!fine) return fine.error();
    return aws::value_of(std::move(out));
}

}  // namespace

Result<DeployWish> read_deploy_wish(const ActionIo& io) {
    DeployWish out;
    out.file = io.input("task-definition");
    out.arn = io.input("task-definition-arn");
    if (out.file.empty() && out.arn.empty())
        return invalid("one of task-definition and task-definition-arn is needed");
    out.kept_keys = io.items("keep-null-value-keys");
    if (auto cluster = io.input("cluster"); !cluster.empty()) out.cluster = cluster;
    out.service = io.input("service");
    const auto minutes = io.number("wait-for-minutes", kUsualMinutes, 1, 1'000'000);
    const auto waits = io.flag("wait-for-service-stability", false);
    const auto runs = io.flag("run-task", false);
    const auto waits_task = io.flag("wait-for-task-stopped", false);
    if (!minutes) return minutes.error();
    for (const auto* one : {&waits, &runs, &waits_task}) {
        if (!*one) return one->error();
    }
    out.limit = std::chrono::minutes{std::min(*minutes, kMostMinutes)};
    out.waits_for_service = *waits;
    out.runs_task = *runs;
    out.waits_for_task = *waits_task;
    auto update = read_update(io);
    if (!update) return update.error();
    out.update = std::move(*update);
    auto task = read_task(io);
    if (!task) return task.error();
    out.task = std::move(*task);
    return out;
}

}  // namespace triphammer::runner
