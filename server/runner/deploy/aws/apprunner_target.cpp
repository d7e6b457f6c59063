#include "runner/deploy/aws/apprunner_target.hpp"

#include "aws/json_read.hpp"
#include "base/deadline.hpp"
#include "runner/deploy/aws/explain.hpp"
#include "runner/deploy/aws/image.hpp"
#include "runner/deploy/aws/looking.hpp"
#include "runner/session/unless_stopped.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace triphammer::runner {

using nlohmann::json;
using rollout::EffectKind;
using rollout::Observation;

AppRunnerTarget::AppRunnerTarget(
    AwsAccess access, AppRunnerPlan plan, const Clock& clock, Random& random
)
    : access_{std::move(access)}, plan_{std::move(plan)}, clock_{clock}, random_{random} {}

ImageFailure AppRunnerTarget::explain(const Error& error) const {
    return explain_aws(error);
}

std::string AppRunnerTarget::ids() const {
    // App Runner's services have no revisions: what this deployment made is the image in them.
    const json ids{
        {"object", image_}, {"service", arn_}, {"previous", previous_}, {"operation", operation_}};
    return ids.dump();
}

Task<std::string> AppRunnerTarget::ids_of(EffectKind) {
    co_return ids();
}

// ── preflight ────────────────────────────────────────────────────────────────────────────────

Task<Result<>> AppRunnerTarget::prepare(
    const model::DeploymentSpec& spec, StepLog& log, execution::StopToken& stop
) {
    auto preparing = unless_stopped(prepare_all(spec), stop);
    auto prepared = co_await std::move(preparing);
    if (!prepared) co_return prepared;
    auto telling = log.line("The way back of " + plan_.service + " is " + previous_ + ".\n");
    co_return co_await std::move(telling);
}

Task<Result<>> AppRunnerTarget::prepare_all(model::DeploymentSpec spec) {
    const auto registry = plan_.image.registry();
    if (!parse_ecr_registry(registry))
        co_return invalid("App Runner runs images of ECR's private registries, not of " + registry);
    auto client = make_client(access_, aws::kAppRunner, clock_, random_);
    if (!client) co_return client.error();
    client_.emplace(std::move(*client));
    auto reading = read();
    const auto service = co_await std::move(reading);
    if (!service) co_return service.error();
    const auto name = "the service " + plan_.service;
    const bool is_begun = spec.effects_json != "[]";
    if (service->image.empty())
        co_return invalid(name + " is built from source: a deployment gives it an image");
    if (service->deploys_itself) {
        co_return invalid(
            name +
            " deploys what is pushed by itself (AutoDeploymentsEnabled): turn that off, or "
            "two deployments race"
        );
    }
    if (service->status != "RUNNING" && !is_begun)
        co_return conflict(name + " is " + service->status + ", not RUNNING: try again later");
    auto pinning = pin_image(access_, plan_.image, clock_, random_);
    auto pinned = co_await std::move(pinning);
    if (!pinned) co_return pinned.error();
    plan_.image = std::move(*pinned);
    image_ = plan_.image.by_digest(plan_.image.digest);
    arn_ = service->arn;
    found_ = previous_ = service->image;
    read_ledger(spec);
    terms_.strategy = rollout::Strategy::rolling;
    terms_.rolls_back = plan_.rolls_back;
    terms_.has_previous = true;
    terms_.service = plan_.service;
    terms_.image = image_;
    terms_.digest = plan_.image.digest;
    terms_.gate_kind = terms_.verify_kind = "apprunner";
    co_return Result<>{};
}

/// The last good row's image; of a lost runner, what it has recorded.
void AppRunnerTarget::read_ledger(const model::DeploymentSpec& spec) {
    const auto row = json::parse(spec.previous_json, nullptr, false);
    const auto& kept = aws::object_at(row, "target_ids");
    const auto known = aws::text_at(kept, "object");
    // The ledger knows a target by the service's name: another region may have one like it.
    const bool is_of_here = aws::text_at(kept, "service") == arn_;
    if (is_of_here && known.find("@sha256:") != std::string::npos) previous_ = known;
    const auto effects = json::parse(spec.effects_json, nullptr, false);
    if (!effects.is_array()) return;
    for (const auto& effect : effects) {
        const auto& ids = aws::object_at(effect, "ids");
        if (auto text = aws::text_at(ids, "previous"); !text.empty()) previous_ = std::move(text);
        if (auto text = aws::text_at(ids, "operation"); !text.empty()) operation_ = std::move(text);
    }
}

Task<Result<aws::AppService>> AppRunnerTarget::read() {
    auto getting = aws::get_app_service(*client_, plan_.service);
    co_return co_await std::move(getting);
}

// ── effects ──────────────────────────────────────────────────────────────────────────────────

Task<EffectOutcome> AppRunnerTarget::perform(EffectKind kind, std::int64_t, execution::StopToken&) {
    return kind == EffectKind::update ? update(image_) : restore();
}

Task<EffectOutcome> AppRunnerTarget::update(std::string image) {
    auto reading = read();
    auto service = co_await std::move(reading);
    if (!service) co_return effect_failed(service.error());
    auto updating = aws::update_app_image(*client_, std::move(*service), std::move(image));
    auto operation = co_await std::move(updating);
    if (!operation) co_return effect_failed(operation.error());
    operation_ = std::move(*operation);
    co_return effect_done(ids());
}

Task<EffectOutcome> AppRunnerTarget::restore() {
    for (const auto begin = clock_.instant();;) {
        auto reading = read();
        const auto service = co_await std::move(reading);
        if (!service) co_return effect_failed(service.error());
        const bool is_busy = service->status == "OPERATION_IN_PROGRESS";
        if (!is_busy && service->image == previous_)
            co_return effect_done(json{{"restored", previous_}}.dump());
        const bool is_found = service->image == found_ && found_ != image_;
        // Nothing was begun, or App Runner has undone it unheard: what was there stays.
        if (!is_busy && is_found && operation_.empty()) co_return effect_done();
        if (!is_busy && service->image != image_ && !is_found) {
            co_return effect_failed(conflict(
                "somebody else has put " + service->image +
                " into the service meanwhile: it is "
                "left as it is"
            ));
        }
        if (!is_busy) break;
        if (clock_.instant() - begin > plan_.patience.timeout)
            co_return effect_failed(conflict("App Runner's operation does not end"));
        co_await sleep_for(plan_.patience.interval);
    }
    auto updating = update(previous_);
    auto updated = co_await std::move(updating);
    if (!updated.ok) co_return updated;
    auto watching = watch(previous_);
    const auto gate = co_await std::move(watching);
    if (!gate.passed) co_return effect_failed(conflict(gate.reason));
    co_return effect_done(json{{"restored", previous_}}.dump());
}

// ── reading ──────────────────────────────────────────────────────────────────────────────────

Task<Observation> AppRunnerTarget::observe(EffectKind kind, std::int64_t) {
    return kind == EffectKind::update ? observe_image(image_, previous_)
                                      : observe_image(previous_, image_);
}

Task<Observation> AppRunnerTarget::observe_image(std::string wanted, std::string before) {
    auto reading = read();
    const auto service = co_await std::move(reading);
    if (!service) {
        const bool is_unheard =
            is_silence(service.error()) || service.error().code == Code::protocol;
        co_return is_unheard ? Observation::silent : Observation::foreign;
    }
    if (service->status == "OPERATION_IN_PROGRESS") co_return Observation::in_flight;
    if (service->image == wanted) co_return Observation::done;
    // An operation that App Runner has undone leaves the image of before, too: nothing tells it
    // from one that was never begun.
    co_return service->image == before ? Observation::silent : Observation::foreign;
}

Task<Observation> AppRunnerTarget::observe_all(const rollout::Effects& effects) {
    const auto* last = last_done(effects, {EffectKind::update, EffectKind::restore});
    if (last == nullptr) co_return Observation::done;
    auto observing = observe(last->kind, last->n);
    const auto seen = co_await std::move(observing);
    // What goes on is watched by the gate.
    if (seen == Observation::in_flight) co_return Observation::done;
    co_return seen;
}

Task<GateOutcome> AppRunnerTarget::watch_candidate() {
    auto watching = watch(image_);
    co_return co_await std::move(watching);
}

Task<GateOutcome> AppRunnerTarget::watch_public() {
    auto watching = watch(image_);
    co_return co_await std::move(watching);
}

Task<GateOutcome> AppRunnerTarget::watch(std::string image) {
    Looking looking{plan_.patience, clock_.instant()};
    for (;;) {
        auto asking = look(image);
        const auto seen = co_await std::move(asking);
        looking.add(seen, clock_.instant());
        if (looking.is_over()) co_return looking.outcome();
        co_await sleep_for(plan_.patience.interval);
    }
}

/// Our operation has succeeded, and the service runs this very image. Where its runner was lost
/// before it knew the operation's id, it is the newest one.
Task<AppRunnerTarget::Looked> AppRunnerTarget::look(std::string image) {
    using Progress = aws::Judgement::Progress;
    auto reading = read();
    const auto service = co_await std::move(reading);
    if (!service) co_return service.error();
    auto listing = aws::list_operations(*client_, service->arn);
    const auto operations = co_await std::move(listing);
    if (!operations) co_return operations.error();
    if (operation_.empty() && !operations->empty()) operation_ = operations->front().id;
    const auto judged = aws::judge_operation(*operations, operation_);
    if (judged.progress != Progress::done) co_return judged;
    if (operations->front().id != operation_)
        co_return aws::Judgement{Progress::failed, "somebody else has deployed meanwhile"};
    // What was read before the list may be of before the operation's end.
    auto reading_again = read();
    const auto now = co_await std::move(reading_again);
    if (!now) co_return now.error();
    if (now->status == "RUNNING" && now->image == image) co_return judged;
    co_return aws::Judgement{
        Progress::failed, "the service is " + now->status + " with " + now->image};
}

Task<Result<Live>> AppRunnerTarget::read_live() {
    auto reading = read();
    const auto service = co_await std::move(reading);
    if (!service) co_return service.error();
    Live live;
    const auto at = service->image.find('@');
    live.object = service->image;
    if (at != std::string::npos) live.digest = service->image.substr(at + 1);
    live.outputs = {{"service", service->arn}, {"url", "https://" + service->url}};
    co_return live;
}

}  // namespace triphammer::runner
