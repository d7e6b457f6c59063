// ECS's own blue/green: the change pauses after the test traffic, and goes on at our word.
#include "aws/json_read.hpp"
#include "runner/deploy/aws/ecs_target.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::runner {

using aws::list_at;
using aws::text_at;
using nlohmann::json;
using Progress = aws::Judgement::Progress;

namespace {

constexpr std::size_t kNewest = 5;  // changes that are looked through for ours

bool is_pause(const json& hook) {
    const auto& stages = list_at(hook, "lifecycleStages");
    return text_at(hook, "targetType") == "PAUSE" &&
           std::find(stages.begin(), stages.end(), kPauseStage) != stages.end();
}

}  // namespace

json add_pause(json configuration, const std::string& shift, std::int64_t bake_minutes) {
    configuration["strategy"] = shift;
    // What shares come with, the service says itself, how long it bakes as well.
    const bool has_own = shift != "BLUE_GREEN" && bake_minutes == 0;
    if (!has_own) configuration["bakeTimeInMinutes"] = bake_minutes;
    auto hooks = list_at(configuration, "lifecycleHooks");
    if (std::any_of(hooks.begin(), hooks.end(), is_pause)) return configuration;
    json pause{{"targetType", "PAUSE"}};
    pause["lifecycleStages"] = json::array({kPauseStage});
    hooks.push_back(std::move(pause));
    configuration["lifecycleHooks"] = std::move(hooks);
    return configuration;
}

json say_in_full(json configuration) {
    if (!configuration.contains("lifecycleHooks")) configuration["lifecycleHooks"] = json::array();
    if (!configuration.contains("strategy")) configuration["strategy"] = "ROLLING";
    return configuration;
}

Task<Result<aws::Change>> EcsTarget::find_our_change() {
    if (change_.empty()) {
        auto listing = aws::list_changes(*ecs_, plan_.cluster, plan_.service);
        const auto changes = co_await std::move(listing);
        if (!changes) co_return changes.error();
        for (std::size_t i = 0; i < std::min(kNewest, changes->size()); ++i) {
            auto asking = aws::get_definition_of(*ecs_, (*changes)[i].revision);
            const auto definition = co_await std::move(asking);
            if (!definition && definition.error().code == Code::not_found) continue;
            if (!definition) co_return definition.error();
            auto judging = is_ours(*definition);
            const auto ours = co_await std::move(judging);
            if (!ours) co_return ours.error();
            if (!*ours) continue;
            is_newest_ours_ = i == 0;
            change_ = (*changes)[i].arn;
            break;
        }
    }
    if (change_.empty()) co_return not_found("none of the service's changes is ours");
    auto getting = aws::get_change(*ecs_, change_);
    co_return co_await std::move(getting);
}

Task<EcsTarget::Looked> EcsTarget::look_at_change() {
    auto finding = find_our_change();
    const auto change = co_await std::move(finding);
    // It is listed a moment after the answer to UpdateService.
    if (!change && change.error().code == Code::not_found)
        co_return aws::Judgement{Progress::going_on, change.error().message};
    if (!change) co_return change.error();
    const bool is_plain = plan_.shift == "BLUE_GREEN" && change->strategy.empty();
    const bool is_as_asked =
        change->strategy == plan_.shift &&
        change->shares == aws::object_at(configuration_, aws::shares_member(plan_.shift));
    if (!is_plain && !is_as_asked) {
        co_return aws::Judgement{
            Progress::failed,
            "ECS moves the traffic as " + change->strategy + " with other shares"};
    }
    co_return aws::judge_change(*change);
}

/// ECS has started all tasks, the load balancer's test listener leads to them, and they run what is
/// to be deployed. A pause that somebody else has ended is none any more.
Task<EcsTarget::Looked> EcsTarget::look_at_pause() {
    auto looking = look_at_change();
    auto judged = co_await std::move(looking);
    if (!judged || judged->progress == Progress::failed || change_.empty()) co_return judged;
    auto getting = aws::get_change(*ecs_, change_);
    const auto change = co_await std::move(getting);
    if (!change) co_return change.error();
    judged->progress = Progress::going_on;
    const bool waits = change->pause.stage == kPauseStage;
    if (!waits && change->status != "SUCCESSFUL") co_return judged;
    auto listing = aws::list_live_tasks(*ecs_, plan_.cluster, plan_.service);
    auto tasks = co_await std::move(listing);
    if (!tasks) co_return tasks.error();
    std::erase_if(*tasks, [this](const auto& task) { return task.definition != definition_; });
    co_return aws::judge_live(*tasks, {definition_, plan_.container, terms_.digest, count_});
}

Task<EffectOutcome> EcsTarget::continue_ours() {
    auto finding = find_our_change();
    const auto change = co_await std::move(finding);
    if (!change) co_return effect_failed(change.error());
    Result<> continued;
    if (!change->pause.empty()) {
        auto continuing = aws::continue_change(*ecs_, change->arn, change->pause.hook);
        continued = co_await std::move(continuing);
    }
    auto looking = find_our_change();
    const auto after = co_await std::move(looking);
    if (!after) co_return effect_failed(after.error());
    const auto judged = aws::judge_change(*after);
    if (judged.progress == Progress::failed) co_return effect_failed(conflict(judged.words));
    if (after->pause.empty()) co_return effect_done(ids());
    co_return effect_failed(
        continued ? conflict("the pause has not ended: " + judged.words) : continued.error()
    );
}

/// While our change goes on, ECS is told to undo it; afterwards the service gets its previous
/// definition, as the service itself deploys.
Task<EffectOutcome> EcsTarget::go_back() {
    auto finding = find_our_change();
    const auto change = co_await std::move(finding);
    const bool is_none = !change && change.error().code == Code::not_found;
    if (is_none) co_return effect_done();
    if (!change) co_return effect_failed(change.error());
    auto excerpting = why_stopped();
    auto excerpt = co_await std::move(excerpting);
    if (change->status == "PENDING" || change->status == "IN_PROGRESS") {
        auto stopping = aws::roll_back_change(*ecs_, change->arn);
        const auto stopped = co_await std::move(stopping);
        if (!stopped && stopped.error().code != Code::refused)
            co_return effect_failed(stopped.error());
    }
    auto waiting = watch(&EcsTarget::look_at_end);
    const auto ended = co_await std::move(waiting);
    if (!ended.passed) co_return effect_failed(conflict(ended.reason));
    rollout_.clear();
    auto restoring = restore();
    auto outcome = co_await std::move(restoring);
    if (outcome.ok) {
        auto tidying = put_configuration_back();
        const auto tidied = co_await std::move(tidying);
        if (!tidied) outcome = effect_failed(tidied.error());
    }
    outcome.excerpt = std::move(excerpt);
    co_return outcome;
}

/// Done is what does not go on, however it ended.
Task<EcsTarget::Looked> EcsTarget::look_at_end() {
    auto finding = find_our_change();
    const auto change = co_await std::move(finding);
    if (!change) co_return change.error();
    auto judged = aws::judge_change(*change);
    judged.progress = change->is_open() ? Progress::going_on : Progress::done;
    co_return judged;
}

/// Without our pause, at which the next change by hand would stop for a day.
Task<Result<>> EcsTarget::put_configuration_back() {
    const json input{
        {"cluster", plan_.cluster},
        {"service", plan_.service},
        {"deploymentConfiguration", say_in_full(configuration_)},
    };
    auto updating = aws::update_service(*ecs_, input);
    const auto service = co_await std::move(updating);
    if (!service) co_return service.error();
    co_return Result<>{};
}

Task<EffectOutcome> EcsTarget::confirm_retired() {
    auto looking = look_at_change();
    const auto change = co_await std::move(looking);
    if (!change) co_return effect_failed(change.error());
    if (change->progress != Progress::done) co_return effect_failed(conflict(change->words));
    auto tidying = put_configuration_back();
    const auto tidied = co_await std::move(tidying);
    if (!tidied) co_return effect_failed(tidied.error());
    co_return effect_done(ids());
}

}  // namespace triphammer::runner
