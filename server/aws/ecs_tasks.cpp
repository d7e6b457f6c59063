#include "aws/ecs_tasks.hpp"

#include "aws/json_read.hpp"
#include "aws/value.hpp"

#include <algorithm>

namespace triphammer::aws {

using nlohmann::json;
using Progress = Judgement::Progress;

namespace {

constexpr int kMostPages = 50;

LiveTask read_task(const json& task) {
    LiveTask out;
    out.arn = text_at(task, "taskArn");
    out.definition = text_at(task, "taskDefinitionArn");
    out.status = text_at(task, "lastStatus");
    for (const auto& one : list_at(task, "containers")) {
        out.containers.push_back(
            {text_at(one, "name"),
             text_at(one, "image"),
             text_at(one, "imageDigest"),
             text_at(one, "healthStatus")}
        );
    }
    return out;
}

Task<Result<std::vector<LiveTask>>> describe(const Client& ecs, std::string cluster, json arns) {
    auto input = json::object();
    input["cluster"] = cluster;
    input["tasks"] = std::move(arns);
    auto calling = ecs.call("DescribeTasks", std::move(input));
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    std::vector<LiveTask> out;
    for (const auto& task : list_at(*answer, "tasks")) out.push_back(read_task(task));
    co_return out;
}

Judgement failed(std::string why) {
    return {Progress::failed, std::move(why)};
}

/// Why this container cannot be what was deployed; empty: it may be.
std::string find_fault(const LiveContainer& container, const LiveWish& wish) {
    if (container.health == "UNHEALTHY") return container.name + " is unhealthy";
    if (container.name != wish.container) return {};
    if (!container.image.ends_with("@" + wish.digest))
        return container.name + " runs " + container.image;
    const bool is_other = !container.digest.empty() && container.digest != wish.digest;
    return is_other ? container.name + " runs " + container.digest : std::string{};
}

bool has_container(const LiveTask& task, const std::string& name) {
    return std::any_of(task.containers.begin(), task.containers.end(), [&](const auto& one) {
        return one.name == name;
    });
}

}  // namespace

Task<Result<std::vector<LiveTask>>> list_live_tasks(
    const Client& ecs, std::string cluster, std::string service
) {
    std::vector<LiveTask> out;
    auto input = json::object();
    input["cluster"] = cluster;
    input["serviceName"] = service;
    input["desiredStatus"] = "RUNNING";
    for (int page = 0; page < kMostPages; ++page) {
        auto listing = ecs.call("ListTasks", input);
        const auto listed = co_await std::move(listing);
        if (!listed) co_return listed.error();
        if (!listed->contains("taskArns"))
            co_return Error{Code::protocol, "ECS ListTasks: the answer has no list"};
        if (!list_at(*listed, "taskArns").empty()) {
            auto describing = describe(ecs, cluster, list_at(*listed, "taskArns"));
            auto described = co_await std::move(describing);
            if (!described) co_return described.error();
            out.insert(out.end(), described->begin(), described->end());
        }
        const auto next = text_at(*listed, "nextToken");
        if (next.empty()) co_return out;
        input["nextToken"] = next;
    }
    co_return Error{Code::protocol, "ECS ListTasks: the pages do not end"};
}

Judgement judge_live(const std::vector<LiveTask>& tasks, const LiveWish& wish) {
    std::int64_t good = 0;
    std::size_t others = 0;
    for (const auto& task : tasks) {
        if (task.definition != wish.definition) {
            ++others;
            continue;
        }
        for (const auto& container : task.containers) {
            if (const auto fault = find_fault(container, wish); !fault.empty())
                return failed("the task " + task.arn + ": " + fault);
        }
        if (!has_container(task, wish.container))
            return failed("the task " + task.arn + " has no container " + wish.container);
        if (task.status == "RUNNING") ++good;
    }
    Judgement out;
    out.words = std::to_string(good) + " of " + std::to_string(wish.count) + " tasks run it";
    if (others != 0) out.words += ", " + std::to_string(others) + " something else";
    if (good >= std::max<std::int64_t>(wish.count, 1) && others == 0) out.progress = Progress::done;
    return out;
}

Task<Result<std::string>> run_task(const Client& ecs, json input) {
    auto calling = ecs.call("RunTask", std::move(input));
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    for (const auto& failure : list_at(*answer, "failures")) {
        co_return Error{
            Code::refused,
            "ECS RunTask: " + text_at(failure, "reason") + " " + text_at(failure, "detail")};
    }
    const auto& tasks = list_at(*answer, "tasks");
    auto arn = tasks.empty() ? std::string{} : text_at(tasks.front(), "taskArn");
    if (arn.empty()) co_return Error{Code::protocol, "ECS RunTask: the answer names no task"};
    co_return arn;
}

Task<Result<json>> get_task(const Client& ecs, std::string cluster, std::string arn) {
    json input{{"cluster", cluster}};
    input["tasks"] = json::array({arn});
    auto calling = ecs.call("DescribeTasks", std::move(input));
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    if (!answer->contains("tasks"))
        co_return Error{Code::unavailable, "ECS DescribeTasks: the answer has no list"};
    const auto& tasks = list_at(*answer, "tasks");
    if (tasks.empty()) co_return not_found("ECS does not know the task " + arn + " any more");
    co_return value_of(tasks.front());
}

Task<Result<>> stop_task(
    const Client& ecs, std::string cluster, std::string arn, std::string reason
) {
    json input{{"cluster", cluster}, {"task", arn}, {"reason", reason}};
    auto calling = ecs.call("StopTask", std::move(input));
    const auto answer = co_await std::move(calling);
    if (!answer) co_return answer.error();
    co_return Result<>{};
}

CommandEnd end_of_command(
    const json& task, const std::string& container, const std::string& digest
) {
    CommandEnd out;
    out.is_over = text_at(task, "lastStatus") == "STOPPED";
    out.words = out.is_over ? stop_reason(task) : text_at(task, "lastStatus");
    out.fault = "it has no container " + container;
    for (const auto& one : list_at(task, "containers")) {
        if (text_at(one, "name") != container) continue;
        out.fault.clear();
        if (one.contains("exitCode"))
            out.exit_status = static_cast<int>(number_at(one, "exitCode"));
        const auto ran = text_at(one, "imageDigest");
        if (!out.exit_status) out.fault = "no exit status: " + out.words;
        if (!ran.empty() && ran != digest) out.fault = "it ran " + ran;
    }
    return out;
}

}  // namespace triphammer::aws
