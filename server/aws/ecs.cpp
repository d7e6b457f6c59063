#include "aws/ecs.hpp"

#include "aws/json_read.hpp"
#include "aws/value.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace triphammer::aws {

using nlohmann::json;
using Progress = Judgement::Progress;

namespace {

constexpr std::size_t kMostReasons = 5;

Judgement failed(std::string why) {
    return {Progress::failed, std::move(why)};
}

Judgement judge_counts(const json& deployment, bool is_alone) {
    const auto desired = number_at(deployment, "desiredCount");
    const auto running = number_at(deployment, "runningCount");
    const auto state = text_at(deployment, "rolloutState");
    Judgement out;
    out.words = std::to_string(running) + " of " + std::to_string(desired) + " tasks run";
    if (!state.empty()) out.words += " (" + state + ")";
    const bool is_complete = state.empty() ? is_alone : state == "COMPLETED";
    if (is_complete && running == desired) out.progress = Progress::done;
    return out;
}

}  // namespace

Task<Result<json>> get_service(const Client& ecs, std::string cluster, std::string service) {
    auto input = json::object();
    input["cluster"] = cluster;
    input["services"] = json::array({service});
    auto calling = ecs.call("DescribeServices", std::move(input));
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    for (const auto& failure : list_at(*answer, "failures")) {
        co_return not_found(
            "the service " + service + " of the cluster " + cluster + ": " +
            text_at(failure, "reason") + " " + text_at(failure, "arn")
        );
    }
    if (!answer->contains("services"))
        co_return Error{Code::protocol, "ECS DescribeServices: the answer has no list"};
    const auto& services = list_at(*answer, "services");
    if (services.empty()) {
        co_return not_found("there is no service " + service + " in the cluster " + cluster);
    }
    co_return value_of(services.front());
}

Task<Result<json>> get_task_definition(const Client& ecs, std::string name) {
    auto input = json::object();
    input["taskDefinition"] = name;
    auto calling = ecs.call("DescribeTaskDefinition", std::move(input));
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    if (text_at(object_at(*answer, "taskDefinition"), "taskDefinitionArn").empty())
        co_return Error{Code::protocol, "ECS DescribeTaskDefinition: the answer has no definition"};
    co_return value_of(object_at(*answer, "taskDefinition"));
}

Task<Result<std::string>> register_task_definition(const Client& ecs, std::string definition) {
    auto sending = ecs.send("RegisterTaskDefinition", std::move(definition));
    const auto reply = co_await std::move(sending);
    if (!reply) co_return reply.error();
    if (reply->failure) co_return to_error(kEcs, "RegisterTaskDefinition", *reply->failure);
    const auto answer = json::parse(reply->body, nullptr, false);
    auto arn = text_at(object_at(answer, "taskDefinition"), "taskDefinitionArn");
    if (arn.empty())
        co_return Error{Code::protocol, "ECS RegisterTaskDefinition: the answer has no ARN"};
    co_return arn;
}

Task<Result<json>> update_service(const Client& ecs, json input) {
    auto calling = ecs.call("UpdateService", std::move(input));
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    if (primary_of(object_at(*answer, "service")).id.empty())
        co_return Error{Code::protocol, "ECS UpdateService: the answer names no deployment"};
    co_return value_of(object_at(*answer, "service"));
}

Rollout primary_of(const json& service) {
    for (const auto& one : list_at(service, "deployments")) {
        if (text_at(one, "status") == "PRIMARY")
            return {text_at(one, "id"), text_at(one, "taskDefinition")};
    }
    return {};
}

Judgement judge(const json& service, const Rollout& rollout) {
    if (const auto status = text_at(service, "status"); status != "ACTIVE")
        return failed("the service is " + status);
    const auto& all = list_at(service, "deployments");
    const auto found = std::find_if(all.begin(), all.end(), [&](const json& one) {
        return text_at(one, "id") == rollout.id;
    });
    if (found == all.end()) {
        return failed(
            "the deployment " + rollout.id + " is gone: ECS or somebody else has put " +
            primary_of(service).task_definition + " in its place"
        );
    }
    if (text_at(*found, "rolloutState") == "FAILED")
        return failed("the deployment has failed: " + text_at(*found, "rolloutStateReason"));
    if (text_at(*found, "status") != "PRIMARY") {
        return failed(
            "another deployment has taken its place: " + primary_of(service).task_definition
        );
    }
    if (text_at(*found, "taskDefinition") != rollout.task_definition)
        return failed("the deployment is of " + text_at(*found, "taskDefinition"));
    return judge_counts(*found, all.size() == 1);
}

Task<std::vector<std::string>> list_stop_reasons(
    const Client& ecs, std::string cluster, std::string service, Rollout rollout
) {
    std::vector<std::string> out;
    auto input = json::object();
    input["cluster"] = cluster;
    input["serviceName"] = service;
    input["desiredStatus"] = "STOPPED";
    auto listing = ecs.call("ListTasks", input);
    const auto listed = co_await std::move(listing);
    if (!listed || list_at(*listed, "taskArns").empty()) co_return out;
    auto which = json::object();
    which["cluster"] = cluster;
    which["tasks"] = list_at(*listed, "taskArns");
    auto describing = ecs.call("DescribeTasks", std::move(which));
    const auto described = co_await std::move(describing);
    if (!described) co_return out;
    for (const auto& task : list_at(*described, "tasks")) {
        if (text_at(task, "startedBy") != rollout.id) continue;
        auto reason = stop_reason(task);
        const bool is_known = std::find(out.begin(), out.end(), reason) != out.end();
        if (!is_known && out.size() < kMostReasons) out.push_back(std::move(reason));
    }
    co_return out;
}

Judgement judge_tasks(const json& answer, std::size_t expected) {
    const auto& tasks = list_at(answer, "tasks");
    const auto stopped = std::count_if(tasks.begin(), tasks.end(), [](const json& task) {
        return text_at(task, "lastStatus") == "STOPPED";
    });
    if (tasks.size() < expected) return failed("a task that was started is not there any more");
    Judgement out;
    out.words = std::to_string(stopped) + " of " + std::to_string(expected) + " tasks have ended";
    if (static_cast<std::size_t>(stopped) < tasks.size()) return out;
    for (const auto& task : tasks) {
        const auto& containers = list_at(task, "containers");
        const bool is_fine =
            !containers.empty() &&
            std::all_of(containers.begin(), containers.end(), [](const json& one) {
                return one.is_object() && one.contains("exitCode") && one["exitCode"] == 0;
            });
        if (!is_fine) return failed(stop_reason(task));
    }
    out.progress = Progress::done;
    return out;
}

std::string stop_reason(const json& task) {
    std::vector<std::string> out;
    const auto code = text_at(task, "stopCode");
    const auto reason = text_at(task, "stoppedReason");
    if (!code.empty() || !reason.empty())
        out.push_back(code.empty() ? reason : reason.empty() ? code : code + ": " + reason);
    for (const auto& container : list_at(task, "containers")) {
        auto words = text_at(container, "name") + ": ";
        const bool has_code = container.is_object() && container.contains("exitCode");
        words += has_code ? "exit status " + container["exitCode"].dump() : "no exit status";
        if (const auto why = text_at(container, "reason"); !why.empty()) words += ", " + why;
        out.push_back(std::move(words));
    }
    return join(out, "; ");
}

}  // namespace triphammer::aws
