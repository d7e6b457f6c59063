// What ECS shows of effects that may or may not have been done (docs/protocol, E3).
#include "aws/json_read.hpp"
#include "runner/deploy/aws/ecs_target.hpp"

#include <array>
#include <utility>

namespace triphammer::runner {

using rollout::EffectKind;
using rollout::Observation;

namespace {

/// What cannot be read is waited for; what is refused proves nothing either.
Observation unread(const Error& error) {
    return is_silence(error) || error.code == Code::protocol ? Observation::silent
                                                             : Observation::foreign;
}

}  // namespace

Task<Observation> EcsTarget::observe(EffectKind kind, std::int64_t) {
    switch (kind) {
        case EffectKind::create_candidate:
            return observe_created();
        case EffectKind::update:
        case EffectKind::start_candidate:
            return observe_begun();
        case EffectKind::switch_traffic:
            return observe_continued();
        case EffectKind::retire_previous:  // to do it twice is to do it once
            return observe_nothing(Observation::not_begun);
        case EffectKind::restore:
        case EffectKind::switch_back:
        case EffectKind::retire_candidate:
            return observe_restored();
        case EffectKind::start_previous:
        case EffectKind::before:
        case EffectKind::stop_previous:
            break;
    }
    return observe_nothing(Observation::done);
}

Task<Observation> EcsTarget::observe_nothing(Observation seen) {
    co_return seen;
}

Task<Observation> EcsTarget::observe_all(const rollout::Effects& effects) {
    using enum EffectKind;
    const auto* last = rollout_effect(effects);
    if (last == nullptr) co_return Observation::done;
    auto observing = observe(last->kind, last->n);
    const auto seen = co_await std::move(observing);
    if (seen == Observation::silent || seen == Observation::done) co_return seen;
    co_return Observation::foreign;
}

/// The last one that says what the service is to run.
const rollout::Effect* EcsTarget::rollout_effect(const rollout::Effects& effects) const {
    using enum EffectKind;
    return last_done(
        effects, {create_candidate, update, start_candidate, restore, switch_back, retire_candidate}
    );
}

Task<std::string> EcsTarget::ids_of(EffectKind) {
    co_return ids();
}

Task<Result<bool>> EcsTarget::is_ours(std::string arn) {
    if (!definition_.empty()) co_return arn == definition_;
    auto getting = aws::get_task_definition(*ecs_, arn);
    const auto definition = co_await std::move(getting);
    if (!definition) co_return definition.error();
    const bool ours = has_our_labels(*definition);
    if (ours) definition_ = std::move(arn);
    co_return ours;
}

/// The newest revision of the family, where ours has just been registered.
Task<Observation> EcsTarget::observe_created() {
    if (!definition_.empty()) co_return Observation::done;
    auto getting = aws::get_task_definition(*ecs_, base_.value("family", std::string{}));
    const auto newest = co_await std::move(getting);
    if (!newest) co_return unread(newest.error());
    if (!has_our_labels(*newest)) co_return Observation::not_begun;
    definition_ = aws::text_at(*newest, "taskDefinitionArn");
    co_return Observation::done;
}

Task<Observation> EcsTarget::observe_begun() {
    auto finding = find_our_change();
    const auto change = co_await std::move(finding);
    if (change) co_return is_newest_ours_ ? Observation::done : Observation::foreign;
    if (change.error().code != Code::not_found) co_return unread(change.error());
    auto getting = aws::get_service(*ecs_, plan_.cluster, plan_.service);
    const auto service = co_await std::move(getting);
    if (!service) co_return unread(service.error());
    const auto primary = aws::primary_of(*service).task_definition;
    co_return primary == previous_ ? Observation::not_begun : Observation::foreign;
}

Task<Observation> EcsTarget::observe_continued() {
    auto finding = find_our_change();
    const auto change = co_await std::move(finding);
    if (!change) co_return unread(change.error());
    co_return change->pause.empty() ? Observation::done : Observation::not_begun;
}

Task<Observation> EcsTarget::observe_restored() {
    auto getting = aws::get_service(*ecs_, plan_.cluster, plan_.service);
    const auto service = co_await std::move(getting);
    if (!service) co_return unread(service.error());
    const auto primary = aws::primary_of(*service);
    if (primary.task_definition == previous_) {
        const auto judged = aws::judge(*service, primary);
        const bool is_done = judged.progress == aws::Judgement::Progress::done;
        co_return is_done ? Observation::done : Observation::in_flight;
    }
    if (primary.task_definition == current_) co_return Observation::not_begun;
    auto judging = is_ours(primary.task_definition);
    const auto ours = co_await std::move(judging);
    if (!ours) co_return unread(ours.error());
    co_return *ours ? Observation::not_begun : Observation::foreign;
}

}  // namespace triphammer::runner
