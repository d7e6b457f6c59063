#include "runner/deploy/aws/ecs_target.hpp"

#include "aws/json_read.hpp"
#include "model/engine_labels.hpp"
#include "runner/aws/task_definition.hpp"

#include <utility>

namespace triphammer::runner {

using nlohmann::json;
using rollout::EffectKind;

Task<EffectOutcome> EcsTarget::perform(
    EffectKind kind, std::int64_t n, execution::StopToken& stop
) {
    switch (kind) {
        case EffectKind::before:
            return run_before(n, stop);
        case EffectKind::update:
            return update();
        case EffectKind::restore:
            return restore();
        case EffectKind::create_candidate:
            return create();
        case EffectKind::start_candidate:
            return start();
        case EffectKind::switch_traffic:
            return continue_ours();
        case EffectKind::retire_previous:
            return confirm_retired();
        case EffectKind::switch_back:
        case EffectKind::retire_candidate:
            return go_back();
        case EffectKind::start_previous:
        case EffectKind::stop_previous:
            break;
    }
    return nothing_to_do();
}

/// ECS starts and stops the tasks of both versions by itself.
Task<EffectOutcome> EcsTarget::nothing_to_do() {
    co_return effect_done();
}

std::string EcsTarget::ids() const {
    json ids{
        {"object", definition_},
        {"cluster", cluster_},
        {"previous", previous_},
        {"deployment", rollout_},
        {"service_deployment", change_},
    };
    if (plan_.is_native) ids["configuration"] = configuration_;
    return ids.dump();
}

/// The base with our image, and labels that say whose it is.
Task<Result<std::string>> EcsTarget::register_ours() {
    auto definition = base_;
    drop_read_only(definition);
    drop_empty(definition, {});
    ContainerChanges changes;
    changes.containers = {plan_.container};
    changes.image = terms_.image;
    changes.labels = {
        {model::kServerLabel, names_.server_id},
        {model::kDeploymentLabel, names_.deployment},
        {model::kFenceLabel, std::to_string(names_.fence)},
        {kPreviousLabel, previous_},
    };
    if (auto changed = change_containers(definition, changes); !changed) co_return changed.error();
    auto registering = aws::register_task_definition(*ecs_, definition.dump());
    co_return co_await std::move(registering);
}

/// The way back goes as the service itself deploys, and does not wait for anybody.
json EcsTarget::input_for(const std::string& definition) const {
    json input{
        {"cluster", plan_.cluster},
        {"service", plan_.service},
        {"taskDefinition", definition},
    };
    if (!plan_.is_native) return input;
    const bool is_way_back = definition == previous_;
    input["deploymentConfiguration"] =
        is_way_back ? say_in_full(configuration_)
                    : add_pause(configuration_, plan_.shift, plan_.bake_minutes);
    return input;
}

/// Answered by ECS, and with this very definition as what the service becomes.
Task<Result<>> EcsTarget::start_change(std::string definition) {
    auto updating = aws::update_service(*ecs_, input_for(definition));
    const auto service = co_await std::move(updating);
    if (!service) co_return service.error();
    const auto primary = aws::primary_of(*service);
    if (primary.task_definition != definition) {
        co_return conflict(
            "ECS UpdateService: the service is to run " + primary.task_definition + ", not " +
            definition
        );
    }
    rollout_ = primary.id;
    co_return Result<>{};
}

/// Once: `before` runs in the same revision.
Task<EffectOutcome> EcsTarget::create() {
    if (!definition_.empty()) co_return effect_done(ids());
    auto registering = register_ours();
    auto arn = co_await std::move(registering);
    if (!arn) co_return effect_failed(arn.error());
    definition_ = std::move(*arn);
    co_return effect_done(ids());
}

Task<EffectOutcome> EcsTarget::start() {
    auto starting = start_change(definition_);
    const auto started = co_await std::move(starting);
    if (!started) co_return effect_failed(started.error());
    co_return effect_done(ids());
}

Task<EffectOutcome> EcsTarget::update() {
    auto creating = create();
    auto created = co_await std::move(creating);
    if (!created.ok) co_return created;
    auto starting = start();
    co_return co_await std::move(starting);
}

Task<EffectOutcome> EcsTarget::restore() {
    auto getting = aws::get_service(*ecs_, plan_.cluster, plan_.service);
    const auto service = co_await std::move(getting);
    if (!service) co_return effect_failed(service.error());
    auto excerpting = why_stopped();
    auto excerpt = co_await std::move(excerpting);
    const auto primary = aws::primary_of(*service);
    const bool is_back = primary.task_definition == previous_;
    auto asking = is_untouched(primary.task_definition);
    const auto untouched = co_await std::move(asking);
    if (!untouched && !is_back) co_return effect_failed(untouched.error());
    if (untouched && *untouched) co_return effect_done();
    // ECS by itself goes back to what it found, which need not be the last good one.
    const bool is_known =
        primary.task_definition == definition_ || primary.task_definition == current_;
    if (!is_back && !is_known) {
        co_return effect_failed(conflict(
            "somebody else has put " + primary.task_definition +
            " into the service meanwhile: it "
            "is left as it is"
        ));
    }
    rollout_ = primary.id;
    if (!is_back) {
        auto starting = start_change(previous_);
        const auto started = co_await std::move(starting);
        if (!started) co_return effect_failed(started.error());
    }
    auto waiting = wait_for_previous();
    auto outcome = co_await std::move(waiting);
    outcome.excerpt = std::move(excerpt);
    co_return outcome;
}

/// The service is what it was when it was read, and none of its changes is ours.
Task<Result<bool>> EcsTarget::is_untouched(std::string primary) {
    const bool may_be = rollout_.empty() && primary == current_ && current_ != definition_;
    if (!may_be) co_return false;
    auto finding = find_our_change();
    const auto change = co_await std::move(finding);
    if (change) co_return false;
    const bool is_none = change.error().code == Code::not_found && change_.empty();
    if (!is_none) co_return change.error();
    co_return true;
}

Task<EffectOutcome> EcsTarget::wait_for_previous() {
    auto watching = watch(&EcsTarget::look_at_previous);
    const auto gate = co_await std::move(watching);
    if (!gate.passed) co_return effect_failed(conflict(gate.reason));
    co_return effect_done(json{{"restored", previous_}}.dump());
}

}  // namespace triphammer::runner
