#include "runner/aws/deploy_task_definition.hpp"

#include "aws/ecs.hpp"
#include "base/deadline.hpp"
#include "runner/aws/deploy_wish.hpp"
#include "runner/aws/task_definition.hpp"

#include <algorithm>
#include <set>

namespace triphammer::runner {

using nlohmann::json;
using Progress = aws::Judgement::Progress;

namespace {

constexpr Milliseconds kFirstPause{500};
constexpr Milliseconds kLongestPause{5000};
constexpr std::size_t kTokenBytes = 16;

class Deployment {
  public:
    Deployment(AwsCall call, const aws::Client& ecs, DeployWish wish)
        : call_{call}, io_{call.io}, ecs_{ecs}, wish_{std::move(wish)} {}

    Task<Result<>> run() {
        auto checking = check_service();
        if (auto fine = co_await std::move(checking); !fine) co_return fine;
        auto registering = register_definition();
        if (auto done = co_await std::move(registering); !done) co_return done;
        io_.set_output("task-definition-arn", definition_);
        if (wish_.runs_task) {
            auto running = run_task();
            if (auto done = co_await std::move(running); !done) co_return done;
        }
        if (wish_.service.empty()) co_return Result<>{};
        auto updating = update_service();
        co_return co_await std::move(updating);
    }

  private:
    /// Before anything is changed.
    Task<Result<>> check_service() {
        if (wish_.service.empty()) co_return Result<>{};
        auto getting = aws::get_service(ecs_, wish_.cluster, wish_.service);
        const auto service = co_await std::move(getting);
        if (!service) co_return service.error();
        const auto status = service->value("status", "");
        if (status != "ACTIVE") {
            co_return Error{
                Code::conflict, "the service " + wish_.service + " is " + status + ", not ACTIVE"};
        }
        const auto type =
            service->value("/deploymentController/type"_json_pointer, std::string{"ECS"});
        if (type != "ECS") {
            co_return invalid(
                "the service " + wish_.service + " is deployed by " + type +
                ", which is not supported: give it the deployment controller ECS, whose own "
                "blue/green needs no CodeDeploy"
            );
        }
        take_events(*service, false);
        co_return Result<>{};
    }

    Task<Result<>> register_definition() {
        if (wish_.file.empty()) {
            definition_ = wish_.arn;
            co_return Result<>{};
        }
        const auto text = read_small(wish_.file);
        if (!text) co_return text.error();
        auto definition = parse_task_definition(*text);
        if (!definition) co_return with_context(wish_.file, definition.error());
        drop_empty(*definition, wish_.kept_keys);
        for (const auto& name : drop_read_only(*definition))
            io_.warn("'" + name + "' of the task definition is of ECS's making; it is left out");
        auto sending = ecs_.send("RegisterTaskDefinition", definition->dump());
        const auto reply = co_await std::move(sending);
        if (!reply) co_return reply.error();
        if (reply->failure)
            co_return aws::to_error(aws::kEcs, "RegisterTaskDefinition", *reply->failure);
        const auto answer = json::parse(reply->body, nullptr, false);
        const auto arn = "/taskDefinition/taskDefinitionArn"_json_pointer;
        if (!answer.is_object() || !answer.contains(arn) || !answer[arn].is_string())
            co_return Error{Code::protocol, "RegisterTaskDefinition: the answer has no ARN"};
        definition_ = answer[arn].get<std::string>();
        io_.say("Registered " + definition_);
        co_return Result<>{};
    }

    Task<Result<>> run_task() {
        auto input = wish_.task;
        input["cluster"] = wish_.cluster;
        input["taskDefinition"] = definition_;
        input["clientToken"] = random_hex(call_.random, kTokenBytes);
        auto calling = ecs_.call("RunTask", std::move(input));
        const auto answer = co_await std::move(calling);
        if (!answer) co_return answer.error();
        const auto failures = answer->value("failures", json::array());
        if (!failures.empty()) co_return refused("RunTask: " + failures.dump());
        auto arns = json::array();
        for (const auto& task : answer->value("tasks", json::array()))
            arns.push_back(task.value("taskArn", ""));
        if (arns.empty()) co_return Error{Code::protocol, "RunTask: the answer names no task"};
        io_.set_output("run-task-arn", arns.dump());
        io_.say("Started " + arns.dump());
        if (!wish_.waits_for_task) co_return Result<>{};
        auto waiting = wait_for_tasks(std::move(arns));
        co_return co_await std::move(waiting);
    }

    Task<Result<>> wait_for_tasks(json arns) {
        auto input = json::object();
        input["cluster"] = wish_.cluster;
        input["tasks"] = arns;
        const auto until = call_.clock.instant() + wish_.limit;
        for (auto pause = kFirstPause;; pause = std::min(pause * 2, kLongestPause)) {
            auto calling = ecs_.call("DescribeTasks", input);
            const auto answer = co_await std::move(calling);
            if (!answer) co_return answer.error();
            const auto found = aws::judge_tasks(*answer, arns.size());
            if (found.progress == Progress::done) co_return Result<>{};
            if (found.progress == Progress::failed)
                co_return refused("the task has failed: " + found.words);
            auto waiting = wait(found.words, pause, until);
            if (auto waited = co_await std::move(waiting); !waited) co_return waited;
        }
    }

    Task<Result<>> update_service() {
        auto input = wish_.update;
        input["cluster"] = wish_.cluster;
        input["service"] = wish_.service;
        input["taskDefinition"] = definition_;
        auto calling = ecs_.call("UpdateService", std::move(input));
        const auto answer = co_await std::move(calling);
        if (!answer) co_return answer.error();
        const auto rollout = aws::primary_of(answer->value("service", json::object()));
        io_.say(
            "The service " + wish_.service + " of " + wish_.cluster + " goes to " + definition_
        );
        if (!wish_.waits_for_service) co_return Result<>{};
        if (rollout.id.empty())
            co_return Error{Code::protocol, "UpdateService: the answer names no deployment"};
        auto waiting = wait_for_service(rollout);
        co_return co_await std::move(waiting);
    }

    Task<Result<>> wait_for_service(aws::Rollout rollout) {
        const auto until = call_.clock.instant() + wish_.limit;
        for (auto pause = kFirstPause;; pause = std::min(pause * 2, kLongestPause)) {
            auto getting = aws::get_service(ecs_, wish_.cluster, wish_.service);
            const auto service = co_await std::move(getting);
            if (!service) co_return service.error();
            take_events(*service, true);
            const auto found = aws::judge(*service, rollout);
            if (found.progress == Progress::done) {
                io_.say("The service runs " + rollout.task_definition + ": " + found.words);
                co_return Result<>{};
            }
            if (found.progress == Progress::failed) {
                auto explaining = say_stop_reasons(rollout);
                co_await std::move(explaining);
                co_return refused(found.words);
            }
            auto waiting = wait(found.words, pause, until);
            if (auto waited = co_await std::move(waiting); waited) continue;
            auto explaining = say_stop_reasons(rollout);
            co_await std::move(explaining);
            co_return Error{
                Code::timed_out, "the service is not stable after the time limit: " + found.words};
        }
    }

    /// Says how far it is where that is new.
    Task<Result<>> wait(std::string words, Milliseconds pause, Instant until) {
        if (words != said_) io_.say(words);
        said_ = words;
        if (call_.clock.instant() + pause > until)
            co_return Error{Code::timed_out, "the time limit is over: " + words};
        auto sleeping = sleep_for(pause);
        co_await std::move(sleeping);
        co_return Result<>{};
    }

    /// The service's own messages, oldest first; those of before are not said.
    void take_events(const json& service, bool says) {
        const auto events = service.value("events", json::array());
        for (auto at = events.rbegin(); at != events.rend(); ++at) {
            if (!at->is_object() || !events_.insert(at->value("id", "")).second) continue;
            if (says) io_.say("ECS: " + at->value("message", ""));
        }
    }

    Task<> say_stop_reasons(aws::Rollout rollout) {
        auto listing =
            aws::list_stop_reasons(ecs_, wish_.cluster, wish_.service, std::move(rollout));
        for (const auto& reason : co_await std::move(listing)) io_.say("A task stopped: " + reason);
    }

    AwsCall call_;
    ActionIo& io_;
    const aws::Client& ecs_;
    DeployWish wish_;
    std::string definition_;  // its ARN
    std::string said_;
    std::set<std::string> events_;
};

}  // namespace

Task<Result<>> deploy_task_definition(AwsCall call) {
    auto wish = read_deploy_wish(call.io);
    if (!wish) co_return wish.error();
    const auto region = find_region(call);
    if (!region) co_return region.error();
    auto making = make_client(call, aws::kEcs, *region);
    const auto ecs = co_await std::move(making);
    if (!ecs) co_return ecs.error();
    Deployment deployment{call, *ecs, std::move(*wish)};
    auto running = deployment.run();
    co_return co_await std::move(running);
}

}  // namespace triphammer::runner
