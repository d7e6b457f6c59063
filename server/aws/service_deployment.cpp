#include "aws/service_deployment.hpp"

#include "aws/json_read.hpp"
#include "aws/value.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace triphammer::aws {

using nlohmann::json;
using Progress = Judgement::Progress;

namespace {

constexpr auto kOpen = std::to_array<std::string_view>(
    {"PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"}
);

Pause find_pause(const json& deployment) {
    for (const auto& hook : list_at(deployment, "lifecycleHookDetails")) {
        const bool waits =
            text_at(hook, "status") == "AWAITING_ACTION" && text_at(hook, "targetType") == "PAUSE";
        if (waits) return {text_at(hook, "hookId"), text_at(deployment, "lifecycleStage")};
    }
    return {};
}

Change read_change(const json& deployment) {
    Change out;
    out.arn = text_at(deployment, "serviceDeploymentArn");
    out.revision = text_at(object_at(deployment, "targetServiceRevision"), "arn");
    if (out.revision.empty()) out.revision = text_at(deployment, "targetServiceRevisionArn");
    out.status = text_at(deployment, "status");
    out.reason = text_at(deployment, "statusReason");
    out.stage = text_at(deployment, "lifecycleStage");
    const auto& configuration = object_at(deployment, "deploymentConfiguration");
    out.strategy = text_at(configuration, "strategy");
    out.shares = object_at(configuration, shares_member(out.strategy));
    out.pause = find_pause(deployment);
    return out;
}

Task<Result<>> as_done(Task<Result<json>> calling) {
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    if (text_at(*answer, "serviceDeploymentArn").empty())
        co_return Error{Code::protocol, "ECS: the answer names no service deployment"};
    co_return Result<>{};
}

}  // namespace

const char* shares_member(std::string_view strategy) {
    if (strategy == "CANARY") return "canaryConfiguration";
    return strategy == "LINEAR" ? "linearConfiguration" : "";
}

std::int64_t shifting_minutes(const json& configuration) {
    const auto strategy = text_at(configuration, "strategy");
    const auto& shares = object_at(configuration, shares_member(strategy));
    if (strategy == "CANARY") return number_at(shares, "canaryBakeTimeInMinutes");
    const bool has_steps = shares.contains("stepPercent") && shares["stepPercent"].is_number();
    const double percent = has_steps ? shares["stepPercent"].get<double>() : 100;
    const auto steps = percent < 1 ? 100 : static_cast<std::int64_t>(std::ceil(100 / percent)) - 1;
    return steps * number_at(shares, "stepBakeTimeInMinutes");
}

bool Change::is_open() const {
    return std::find(kOpen.begin(), kOpen.end(), status) != kOpen.end();
}

Task<Result<std::vector<Change>>> list_changes(
    const Client& ecs, std::string cluster, std::string service
) {
    auto input = json::object();
    input["cluster"] = cluster;
    input["service"] = service;
    auto calling = ecs.call("ListServiceDeployments", std::move(input));
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    if (!answer->contains("serviceDeployments"))
        co_return Error{Code::protocol, "ECS ListServiceDeployments: the answer has no list"};
    std::vector<Change> out;
    for (const auto& one : list_at(*answer, "serviceDeployments")) out.push_back(read_change(one));
    co_return out;
}

Task<Result<Change>> get_change(const Client& ecs, std::string arn) {
    auto input = json::object();
    input["serviceDeploymentArns"] = json::array({arn});
    auto calling = ecs.call("DescribeServiceDeployments", std::move(input));
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    for (const auto& failure : list_at(*answer, "failures"))
        co_return not_found("the service deployment " + arn + ": " + text_at(failure, "reason"));
    for (const auto& one : list_at(*answer, "serviceDeployments")) {
        if (text_at(one, "serviceDeploymentArn") == arn) co_return read_change(one);
    }
    co_return Error{
        Code::protocol, "ECS DescribeServiceDeployments: the answer does not have " + arn};
}

Task<Result<std::string>> get_definition_of(const Client& ecs, std::string revision) {
    auto input = json::object();
    input["serviceRevisionArns"] = json::array({revision});
    auto calling = ecs.call("DescribeServiceRevisions", std::move(input));
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    for (const auto& one : list_at(*answer, "serviceRevisions")) {
        auto definition = text_at(one, "taskDefinition");
        const bool is_it = text_at(one, "serviceRevisionArn") == revision;
        if (is_it && !definition.empty()) co_return definition;
    }
    co_return not_found("there is no service revision " + revision);
}

Task<Result<>> continue_change(const Client& ecs, std::string arn, std::string hook) {
    auto input = json::object();
    input["serviceDeploymentArn"] = arn;
    input["hookId"] = hook;
    input["action"] = "CONTINUE";
    auto continuing = as_done(ecs.call("ContinueServiceDeployment", std::move(input)));
    co_return co_await std::move(continuing);
}

Task<Result<>> roll_back_change(const Client& ecs, std::string arn) {
    auto input = json::object();
    input["serviceDeploymentArn"] = arn;
    input["stopType"] = "ROLLBACK";
    auto stopping = as_done(ecs.call("StopServiceDeployment", std::move(input)));
    co_return co_await std::move(stopping);
}

Judgement judge_change(const Change& change) {
    Judgement out;
    out.words = change.status;
    if (!change.stage.empty() && change.is_open()) out.words += " (" + change.stage + ")";
    if (!change.reason.empty()) out.words += ": " + change.reason;
    const bool is_going_on = change.status == "PENDING" || change.status == "IN_PROGRESS";
    if (change.status == "SUCCESSFUL") out.progress = Progress::done;
    if (change.status != "SUCCESSFUL" && !is_going_on) {
        out.progress = Progress::failed;
        out.words = "the service deployment is " + out.words;
    }
    return out;
}

}  // namespace triphammer::aws
