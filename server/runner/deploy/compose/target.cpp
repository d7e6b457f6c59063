#include "runner/deploy/compose/target.hpp"

#include "model/engine_labels.hpp"
#include "runner/deploy/before.hpp"
#include "runner/session/unless_stopped.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

namespace triphammer::runner {

namespace {

EffectOutcome outcome_of_project(const Result<>& result) {
    return result ? effect_done() : effect_failed(result.error());
}

}  // namespace

Task<EffectOutcome> ComposeTarget::perform(
    rollout::EffectKind kind, std::int64_t n, execution::StopToken& stop
) {
    using enum rollout::EffectKind;
    switch (kind) {
        case rollout::EffectKind::before:
            return this->before(n, stop);
        case rollout::EffectKind::stop_previous:
            return this->stop_previous();
        case create_candidate:
            return create(n);
        case start_candidate:
            return start(stop);
        case rollout::EffectKind::retire_previous:
            return this->retire_previous();
        case rollout::EffectKind::start_previous:
            return this->start_previous();
        case rollout::EffectKind::retire_candidate:
            return this->retire_candidate();
        case switch_traffic:
        case switch_back:
        case update:
        case restore:
            break;
    }
    return refuse(kind);
}

Task<EffectOutcome> ComposeTarget::refuse(rollout::EffectKind kind) {
    co_return effect_failed(conflict("no effect of compose: " + std::string{name_of(kind)}));
}

bool ComposeTarget::is_kept(const std::string& service) const {
    return find_member(kept_, service) != nullptr;
}

/// What gets a new container, in the order of starting.
std::vector<const ComposeService*> ComposeTarget::wanted() const {
    std::vector<const ComposeService*> out;
    for (const auto& service : project_.services) {
        if (!is_kept(service.name)) out.push_back(&service);
    }
    return out;
}

// ── before ───────────────────────────────────────────────────────────────────────────────────

/// What the deployed service depends on, and nothing runs for: so it is with a first deployment.
std::vector<const ComposeService*> ComposeTarget::dependencies() const {
    std::set<std::string> needed{plan_.service};
    std::vector<const ComposeService*> out;
    for (auto service = project_.services.rbegin(); service != project_.services.rend();
         ++service) {
        if (!needed.contains(service->name)) continue;
        for (const auto& dependency : service->depends_on) needed.insert(dependency.service);
        const bool is_there = is_kept(service->name) ||
                              find_member(previous_, service->name) != nullptr ||
                              find_member(strays_, service->name) != nullptr;
        if (service->name != plan_.service && !is_there) out.push_back(&*service);
    }
    std::reverse(out.begin(), out.end());
    return out;
}

Task<Result<>> ComposeTarget::prepare_before(std::int64_t n) {
    auto making = ensure_objects();
    if (auto made = co_await std::move(making); !made) co_return made;
    auto creating = ensure_created(dependencies(), n);
    if (auto created = co_await std::move(creating); !created) co_return created;
    auto starting = ensure_started(dependencies());
    if (auto started = co_await std::move(starting); !started) co_return started;
    auto waiting = wait_for(project_.find(plan_.service)->depends_on);
    co_return co_await std::move(waiting);
}

Task<EffectOutcome> ComposeTarget::before(std::int64_t n, execution::StopToken& stop) {
    auto preparing = unless_stopped(prepare_before(n), stop);
    const auto prepared = co_await std::move(preparing);
    auto outcome = outcome_of_project(prepared);
    if (prepared) {
        auto spec = make_member_spec(project_, *project_.find(plan_.service), names_, n);
        spec.name = names_.container(n);
        spec.labels = names_.candidate_labels(model::kCandidateRole);
        spec.ports.clear();
        spec.aliases.clear();
        auto running = run_command_before(engine_, std::move(spec), plan_.before, stop);
        outcome = co_await std::move(running);
    }
    if (outcome.ok) co_return outcome;
    auto removing = remove_ours();
    const auto removed = co_await std::move(removing);
    if (!removed) outcome.reason += "; what it needed stays: " + removed.error().message;
    co_return outcome;
}

// ── forward ──────────────────────────────────────────────────────────────────────────────────

Task<EffectOutcome> ComposeTarget::stop_previous() {
    auto members = previous_;
    members.insert(members.end(), strays_.begin(), strays_.end());
    for (auto member = members.rbegin(); member != members.rend(); ++member) {
        auto stopping = stop_member(*member);
        const auto stopped = co_await std::move(stopping);
        if (!stopped) co_return effect_failed(with_context(member->service, stopped.error()));
    }
    co_return effect_done();
}

Task<EffectOutcome> ComposeTarget::create(std::int64_t n) {
    auto making = ensure_objects();
    if (auto made = co_await std::move(making); !made) co_return effect_failed(made.error());
    auto creating = ensure_created(wanted(), n);
    const auto created = co_await std::move(creating);
    if (!created) co_return effect_failed(created.error());
    auto reading = ids_json();
    const auto ids = co_await std::move(reading);
    co_return ids ? effect_done(*ids) : effect_failed(ids.error());
}

Task<EffectOutcome> ComposeTarget::start(execution::StopToken& stop) {
    auto starting = unless_stopped(ensure_started(wanted()), stop);
    co_return outcome_of_project(co_await std::move(starting));
}

/// They are stopped already, and kept for the way back; those before them go.
Task<EffectOutcome> ComposeTarget::retire_previous() {
    auto stopping = stop_previous();
    auto stopped = co_await std::move(stopping);
    if (!stopped.ok) co_return stopped;
    auto listing = list();
    const auto members = co_await std::move(listing);
    if (!members) co_return effect_failed(members.error());
    const auto is_among = [](const ComposeMembers& list, const std::string& id) {
        return std::any_of(list.begin(), list.end(), [&id](const auto& one) {
            return one.id == id;
        });
    };
    for (const auto& member : *members) {
        const bool is_wanted = member.is_running || names_.is_ours(member.labels) ||
                               is_among(previous_, member.id) || is_among(kept_, member.id);
        if (is_wanted || !names_.is_of_service(member.labels, model::kAppRole)) continue;
        // One that cannot be removed now is found again next time.
        auto removing = engine_.remove_container(member.id);
        co_await std::move(removing);
    }
    co_return effect_done();
}

// ── back ─────────────────────────────────────────────────────────────────────────────────────

Task<EffectOutcome> ComposeTarget::start_previous() {
    for (const auto& member : previous_) {
        auto starting = engine_.start_container(member.id);
        auto started = co_await std::move(starting);
        if (started && !member.restart.empty()) {
            auto setting = engine_.set_restart_policy(member.id, member.restart);
            started = co_await std::move(setting);
        }
        if (!started) co_return effect_failed(with_context(member.service, started.error()));
    }
    for (const auto& member : previous_) {
        if (member.service != plan_.service) continue;
        // Its own health check may ask for what only the new version has: it has to stay up.
        ProbeTarget target{member.id, "", 0, false};
        auto watching = watch_health(engine_, ProbeSpec{}, std::move(target), clock_);
        const auto gate = co_await std::move(watching);
        if (!gate.passed) co_return effect_failed(conflict(gate.reason));
    }
    auto looking = observe_started_again();
    if (co_await std::move(looking) == rollout::Observation::done) co_return effect_done();
    co_return effect_failed(conflict("not all containers of before run again"));
}

Task<EffectOutcome> ComposeTarget::retire_candidate() {
    auto listing = list_ours();
    const auto ours = co_await std::move(listing);
    if (!ours) co_return effect_failed(ours.error());
    std::string excerpt;
    for (const auto& member : *ours) {
        if (member.is_running && member.service != plan_.service) continue;
        auto tailing = tail_of(member);
        excerpt += co_await std::move(tailing);
    }
    auto removing = remove_ours();
    auto outcome = outcome_of_project(co_await std::move(removing));
    outcome.excerpt = std::move(excerpt);
    co_return outcome;
}

}  // namespace triphammer::runner
