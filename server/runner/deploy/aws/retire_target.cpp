#include "runner/deploy/aws/retire_target.hpp"

#include "aws/ecs.hpp"
#include "aws/json_read.hpp"
#include "aws/routing.hpp"
#include "base/deadline.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "runner/deploy/aws/explain.hpp"
#include "runner/deploy/aws/found.hpp"
#include "runner/deploy/aws/looking.hpp"
#include "runner/session/unless_stopped.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::runner {

using aws::Judgement;
using aws::list_at;
using aws::number_at;
using aws::text_at;
using nlohmann::json;
using rollout::EffectKind;
using rollout::Observation;

RetireTarget::RetireTarget(AwsAccess access, RetirePlan plan, const Clock& clock, Random& random)
    : access_{std::move(access)}, plan_{std::move(plan)}, clock_{clock}, random_{random} {}

ImageFailure RetireTarget::explain(const Error& error) const {
    return explain_aws(error);
}

// ── preflight ────────────────────────────────────────────────────────────────────────────────

Task<Result<>> RetireTarget::prepare(
    const model::DeploymentSpec& spec, StepLog& log, execution::StopToken& stop
) {
    auto preparing = unless_stopped(prepare_all(spec), stop);
    auto prepared = co_await std::move(preparing);
    if (!prepared) co_return prepared;
    auto telling = log.line(
        "No listener leads to " + plan_.service + ". It had " + std::to_string(count_) +
        " tasks: that is the way back.\n"
    );
    co_return co_await std::move(telling);
}

Task<Result<>> RetireTarget::prepare_all(model::DeploymentSpec spec) {
    auto ecs = make_client(access_, aws::kEcs, clock_, random_);
    if (!ecs) co_return ecs.error();
    auto elb = make_client(access_, aws::kElb, clock_, random_);
    if (!elb) co_return elb.error();
    ecs_.emplace(std::move(*ecs));
    elb_.emplace(std::move(*elb));
    auto reading = read();
    const auto service = co_await std::move(reading);
    if (!service && service.error().code == Code::not_found) {
        co_return not_found(
            service.error().message + ": look at deploy.cluster (" + plan_.cluster +
            "), deploy.retire and AWS_REGION"
        );
    }
    if (!service) co_return service.error();
    const auto found = found_of_effects(spec.effects_json);
    may_be_sent_ = found.is_object();
    auto checked = check_service(*service);
    if (!checked && !may_be_sent_) co_return checked;
    arn_ = text_at(*service, "serviceArn");
    count_ = may_be_sent_ ? number_at(found, "count") : number_at(*service, "desiredCount");
    for (const auto& balancer : list_at(*service, "loadBalancers")) {
        const auto& advanced = aws::object_at(balancer, "advancedConfiguration");
        for (auto group :
             {text_at(balancer, "targetGroupArn"), text_at(advanced, "alternateTargetGroupArn")}) {
            if (!group.empty()) groups_.push_back(std::move(group));
        }
    }
    if (groups_.empty()) {
        co_return invalid(
            "the service " + plan_.service +
            " has no load balancer: nothing tells whether anybody still uses it"
        );
    }
    terms_.strategy = rollout::Strategy::rolling;
    terms_.rolls_back = plan_.rolls_back;
    terms_.has_previous = true;
    terms_.service = plan_.service;
    terms_.digest = digest_of(0);
    terms_.remark = "no tasks of " + plan_.service;
    terms_.gate_kind = terms_.verify_kind = "ecs";
    terms_.found_json = json{{"count", count_}}.dump();
    if (may_be_sent_) co_return Result<>{};
    auto refusing = refuse_traffic();
    co_return co_await std::move(refusing);
}

Result<> RetireTarget::check_service(const json& service) const {
    const auto name = "the service " + plan_.service;
    if (const auto status = text_at(service, "status"); status != "ACTIVE")
        return conflict(name + " is " + status + ", not ACTIVE");
    const auto& deployments = list_at(service, "deployments");
    const bool is_busy = std::any_of(deployments.begin(), deployments.end(), [](const json& one) {
        return text_at(one, "rolloutState") == "IN_PROGRESS";
    });
    if (is_busy) return conflict(name + " is being changed: wait until it is stable");
    return {};
}

Task<Result<>> RetireTarget::refuse_traffic() {
    auto finding = aws::find_target_groups(*elb_, groups_);
    const auto groups = co_await std::move(finding);
    if (!groups) co_return groups.error();
    for (const auto& group : *groups) {
        auto listing = aws::list_traffic(*elb_, group);
        const auto places = co_await std::move(listing);
        if (!places) co_return places.error();
        if (places->empty()) continue;
        co_return conflict(
            plan_.service + " still gets traffic: " + join(*places, ", ") + " to " + group.name +
            ". Move it first, with deploy: { to: alb, weights: { " + group.name + ": 0, … } }"
        );
    }
    co_return Result<>{};
}

Task<Result<json>> RetireTarget::read() {
    return aws::get_service(*ecs_, plan_.cluster, plan_.service);
}

/// A service has no digest: what is to be proven is that it wants no tasks.
std::string RetireTarget::digest_of(std::int64_t count) const {
    return "sha256:" + sha256_hex(arn_ + "\n" + std::to_string(count) + " tasks");
}

std::string RetireTarget::ids() const {
    return json{{"object", arn_}, {"previous", std::to_string(count_) + " tasks"}}.dump();
}

Task<std::string> RetireTarget::ids_of(EffectKind) {
    co_return ids();
}

// ── effects ──────────────────────────────────────────────────────────────────────────────────

Task<EffectOutcome> RetireTarget::perform(EffectKind kind, std::int64_t, execution::StopToken&) {
    return kind == EffectKind::update ? update() : restore();
}

Task<Result<>> RetireTarget::scale(std::int64_t count) {
    json input{{"cluster", plan_.cluster}, {"service", plan_.service}, {"desiredCount", count}};
    may_be_sent_ = true;
    auto updating = aws::update_service(*ecs_, std::move(input));
    const auto service = co_await std::move(updating);
    if (!service) co_return service.error();
    if (number_at(*service, "desiredCount") != count)
        co_return conflict("ECS UpdateService: the service does not take the count");
    co_return Result<>{};
}

Task<EffectOutcome> RetireTarget::update() {
    auto reading = read();
    const auto service = co_await std::move(reading);
    if (!service) co_return effect_failed(service.error());
    if (number_at(*service, "desiredCount") != count_)
        co_return effect_failed(conflict("somebody else has scaled the service since it was read"));
    auto refusing = refuse_traffic();
    const auto free = co_await std::move(refusing);
    if (!free) co_return effect_failed(free.error());
    auto scaling = scale(0);
    const auto scaled = co_await std::move(scaling);
    if (!scaled) co_return effect_failed(scaled.error());
    co_return effect_done(ids());
}

Task<EffectOutcome> RetireTarget::restore() {
    auto reading = read();
    const auto service = co_await std::move(reading);
    if (!service) co_return effect_failed(service.error());
    if (!may_be_sent_) co_return effect_done();
    const auto now = number_at(*service, "desiredCount");
    if (now != 0 && now != count_) {
        co_return effect_failed(
            conflict("somebody else has scaled the service meanwhile: it is left as it is")
        );
    }
    if (now != count_) {
        auto scaling = scale(count_);
        const auto scaled = co_await std::move(scaling);
        if (!scaled) co_return effect_failed(scaled.error());
    }
    auto watching = watch(count_);
    const auto gate = co_await std::move(watching);
    if (!gate.passed) co_return effect_failed(conflict(gate.reason));
    co_return effect_done(json{{"restored", std::to_string(count_) + " tasks"}}.dump());
}

// ── reading ──────────────────────────────────────────────────────────────────────────────────

Task<Observation> RetireTarget::observe(EffectKind kind, std::int64_t) {
    auto reading = read();
    const auto service = co_await std::move(reading);
    if (!service) co_return observation_of(service.error());
    const auto now = number_at(*service, "desiredCount");
    const auto wanted = kind == EffectKind::update ? 0 : count_;
    if (now == wanted) co_return Observation::done;
    const bool is_one_of_ours = now == 0 || now == count_;
    co_return is_one_of_ours ? Observation::not_begun : Observation::foreign;
}

Task<Observation> RetireTarget::observe_all(const rollout::Effects& effects) {
    const auto* last = last_done(effects, {EffectKind::update, EffectKind::restore});
    if (last == nullptr) co_return Observation::done;
    auto observing = observe(last->kind, last->n);
    co_return co_await std::move(observing);
}

Task<GateOutcome> RetireTarget::watch_candidate() {
    return watch(0);
}

Task<GateOutcome> RetireTarget::watch_public() {
    return watch(0);
}

Task<GateOutcome> RetireTarget::watch(std::int64_t count) {
    Looking looking{plan_.patience, clock_.instant()};
    for (;;) {
        auto asking = look(count);
        const auto seen = co_await std::move(asking);
        looking.add(seen, clock_.instant());
        if (looking.is_over()) co_return looking.outcome();
        co_await sleep_for(plan_.patience.interval);
    }
}

/// The service wants and has this many tasks; of one without tasks, nobody has led traffic to it.
Task<RetireTarget::Looked> RetireTarget::look(std::int64_t count) {
    auto reading = read();
    const auto service = co_await std::move(reading);
    if (!service) co_return service.error();
    if (number_at(*service, "desiredCount") != count)
        co_return Judgement{Progress::failed, "somebody else has scaled the service"};
    const auto running = number_at(*service, "runningCount");
    const auto pending = number_at(*service, "pendingCount");
    Judgement out{Progress::going_on, std::to_string(running) + " tasks run"};
    if (running != count || pending != 0) co_return out;
    out.progress = Progress::done;
    if (count != 0) co_return out;
    auto refusing = refuse_traffic();
    const auto free = co_await std::move(refusing);
    if (free) co_return out;
    if (free.error().code != Code::conflict) co_return free.error();
    co_return Judgement{Progress::failed, free.error().message};
}

Task<Result<Live>> RetireTarget::read_live() {
    auto reading = read();
    const auto service = co_await std::move(reading);
    if (!service) co_return service.error();
    Live live;
    live.object = text_at(*service, "serviceArn");
    live.digest = digest_of(number_at(*service, "desiredCount"));
    live.outputs = {{"cluster", plan_.cluster}, {"service", plan_.service}};
    co_return live;
}

}  // namespace triphammer::runner
