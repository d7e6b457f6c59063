// What ECS, its tasks and the load balancer show: look after look, until it is proven or failed.
#include "aws/elb.hpp"
#include "aws/json_read.hpp"
#include "aws/value.hpp"
#include "base/deadline.hpp"
#include "base/text.hpp"
#include "runner/deploy/aws/ecs_target.hpp"
#include "runner/deploy/aws/looking.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::runner {

using aws::Judgement;
using nlohmann::json;
using Progress = Judgement::Progress;

namespace {

/// What ECS has pulled; where it does not say it, what the definition pins.
std::string digest_of(const aws::LiveTask& task, const std::string& name) {
    for (const auto& container : task.containers) {
        if (container.name != name) continue;
        if (!container.digest.empty()) return container.digest;
        const auto at = container.image.find('@');
        return at == std::string::npos ? std::string{} : container.image.substr(at + 1);
    }
    return {};
}

}  // namespace

Task<GateOutcome> EcsTarget::watch_candidate() {
    auto watching =
        watch(plan_.is_native ? &EcsTarget::look_at_pause : &EcsTarget::look_at_rollout);
    auto gate = co_await std::move(watching);
    if (gate.passed) co_return gate;
    auto asking = why_stopped();
    const auto why = co_await std::move(asking);
    if (!why.empty()) gate.reason += "; tasks stopped: " + why;
    co_return gate;
}

Task<GateOutcome> EcsTarget::watch_public() {
    auto watching = watch(&EcsTarget::look_at_live);
    co_return co_await std::move(watching);
}

Task<GateOutcome> EcsTarget::watch(Look look) {
    const auto begin = clock_.instant();
    Looking looking{plan_.patience, begin};
    for (;;) {
        auto asking = (this->*look)();
        const auto seen = co_await std::move(asking);
        looking.add(seen, clock_.instant());
        if (looking.is_over()) co_return looking.outcome();
        co_await sleep_for(plan_.patience.interval);
    }
}

/// Of the deployment whose id is known, else of the one with our definition.
aws::Rollout EcsTarget::our_rollout(const json& service, const std::string& definition) const {
    if (!rollout_.empty()) return {rollout_, definition};
    const auto& all = aws::list_at(service, "deployments");
    const auto found = std::find_if(all.begin(), all.end(), [&](const json& one) {
        return aws::text_at(one, "taskDefinition") == definition;
    });
    return {found == all.end() ? "of " + definition : aws::text_at(*found, "id"), definition};
}

Task<EcsTarget::Looked> EcsTarget::look_at_rollout() {
    auto getting = aws::get_service(*ecs_, plan_.cluster, plan_.service);
    const auto service = co_await std::move(getting);
    if (!service) co_return service.error();
    co_return aws::judge(*service, our_rollout(*service, definition_));
}

/// The service says so, the tasks are so, and the load balancer finds them healthy.
Task<EcsTarget::Looked> EcsTarget::look_at(std::string definition, std::string digest) {
    auto getting = aws::get_service(*ecs_, plan_.cluster, plan_.service);
    const auto service = co_await std::move(getting);
    if (!service) co_return service.error();
    const auto rollout = aws::judge(*service, our_rollout(*service, definition));
    if (rollout.progress != Progress::done) co_return rollout;
    const auto count = aws::number_at(*service, "desiredCount");
    if (!digest.empty()) {
        auto listing = aws::list_live_tasks(*ecs_, plan_.cluster, plan_.service);
        const auto tasks = co_await std::move(listing);
        if (!tasks) co_return tasks.error();
        const auto live = aws::judge_live(*tasks, {definition, plan_.container, digest, count});
        if (live.progress != Progress::done) co_return live;
    }
    auto asking = look_at_targets(count);
    co_return co_await std::move(asking);
}

Task<EcsTarget::Looked> EcsTarget::look_at_live() {
    if (plan_.is_native) {
        auto looking = look_at_change();
        auto change = co_await std::move(looking);
        if (!change || change->progress != Progress::done) co_return change;
    }
    auto looking = look_at(definition_, terms_.digest);
    co_return co_await std::move(looking);
}

Task<EcsTarget::Looked> EcsTarget::look_at_previous() {
    auto looking = look_at(previous_, previous_digest_);
    co_return co_await std::move(looking);
}

/// Of blue and green one has the tasks; without native blue/green there is one group for each load
/// balancer.
Task<EcsTarget::Looked> EcsTarget::look_at_targets(std::int64_t count) {
    Judgement out{Progress::done, "all its tasks run"};
    bool is_one_enough = false;
    for (const auto& group : groups_) {
        auto asking = aws::get_target_states(*elb_, group);
        const auto states = co_await std::move(asking);
        if (!states) co_return states.error();
        auto judged = aws::judge_targets(*states, count);
        is_one_enough = is_one_enough || judged.progress == Progress::done;
        if (judged.progress != Progress::done) out = std::move(judged);
        if (states->others != 0) co_return out;
    }
    if (plan_.is_native && is_one_enough) out.progress = Progress::done;
    co_return out;
}

Task<std::string> EcsTarget::why_stopped() {
    if (rollout_.empty()) co_return std::string{};
    auto listing =
        aws::list_stop_reasons(*ecs_, plan_.cluster, plan_.service, {rollout_, definition_});
    const auto reasons = co_await std::move(listing);
    co_return join(reasons, " | ");
}

Task<Result<Live>> EcsTarget::read_live() {
    auto getting = aws::get_service(*ecs_, plan_.cluster, plan_.service);
    const auto service = co_await std::move(getting);
    if (!service) co_return service.error();
    auto listing = aws::list_live_tasks(*ecs_, plan_.cluster, plan_.service);
    const auto tasks = co_await std::move(listing);
    if (!tasks) co_return tasks.error();
    Live live;
    live.object = aws::primary_of(*service).task_definition;
    live.outputs = {
        {"cluster", plan_.cluster}, {"service", plan_.service}, {"task-definition", live.object}};
    for (const auto& task : *tasks) {
        if (task.definition != live.object)
            co_return conflict("the task " + task.arn + " runs " + task.definition);
        const auto digest = digest_of(task, plan_.container);
        const bool is_other = !live.digest.empty() && digest != live.digest;
        if (digest.empty() || is_other)
            co_return conflict("the task " + task.arn + " runs another image");
        live.digest = digest;
    }
    co_return live;
}

}  // namespace triphammer::runner
