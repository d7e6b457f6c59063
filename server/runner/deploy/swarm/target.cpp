#include "runner/deploy/swarm/target.hpp"

#include "base/deadline.hpp"
#include "model/engine_labels.hpp"
#include "runner/deploy/before.hpp"
#include "runner/deploy/swarm/spec.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace triphammer::runner {

namespace {

constexpr int kExcerptLines = 200;
constexpr int kTries = 3;  // of a change whose version was stale
constexpr std::chrono::milliseconds kBetweenLists{250};
constexpr std::chrono::seconds kGoing{30};  // beside the grace of its containers

Error changed() {
    return conflict("somebody else changed the service meanwhile: look at it, then deploy again");
}

}  // namespace

Task<EffectOutcome> SwarmTarget::perform(
    rollout::EffectKind kind, std::int64_t n, execution::StopToken& stop
) {
    using enum rollout::EffectKind;
    if (kind == before) {
        docker::ContainerSpec spec;
        spec.name = names_.container(n);
        spec.image = terms_.image;
        spec.labels = names_.candidate_labels(model::kCandidateRole);
        spec.env = plan_.env;
        spec.volumes = plan_.volumes;
        if (!plan_.networks.empty()) spec.network = plan_.networks.front();
        spec.init = true;
        return run_command_before(engine_, std::move(spec), plan_.before, stop);
    }
    if (kind == rollout::EffectKind::update) return this->update(n);
    if (kind == rollout::EffectKind::restore) return this->restore();
    return retire();
}

bool SwarmTarget::is_ours(const docker::Labels& labels) const {
    const auto effect = labels.find(kEffectLabel);
    return names_.is_ours(labels) && effect != labels.end() &&
           effect->second == std::to_string(update_);
}

/// Labels outlive a change by hand (`docker service scale`): the rest has to be ours, too.
bool SwarmTarget::is_unchanged(const docker::ServiceInfo& service) const {
    const auto replicas = static_cast<std::uint64_t>(plan_.replicas);
    const bool is_known = our_spec_.empty() || hash_of_spec(service.spec) == our_spec_;
    return service.is_replicated && service.image == terms_.image && service.replicas == replicas &&
           is_known;
}

SwarmTarget::Owner SwarmTarget::owner_of(const docker::ServiceInfo& service) const {
    if (is_ours(service.labels) && is_unchanged(service)) return Owner::us;
    return service.spec == previous_spec_ ? Owner::previous : Owner::somebody;
}

EffectOutcome SwarmTarget::made(const docker::ServiceInfo& service) const {
    const nlohmann::json ids{
        {"object", object_of(service.id, names_.deployment)},
        {"service", service.id},
        {"spec", hash_of_spec(service.spec)},
        {"version", service.version}};
    return effect_done(ids.dump());
}

EffectOutcome SwarmTarget::keep_ours(const docker::ServiceInfo& service) {
    our_spec_ = hash_of_spec(service.spec);
    was_ours_ = true;
    return made(service);
}

// ── forward ──────────────────────────────────────────────────────────────────────────────────

Task<EffectOutcome> SwarmTarget::update(std::int64_t n) {
    update_ = n;
    auto inspecting = swarm_.inspect_service(plan_.service);
    const auto service = co_await std::move(inspecting);
    const bool is_gone = !service && service.error().code == Code::not_found;
    if (!service && !is_gone) co_return effect_failed(service.error());
    if (is_gone != previous_spec_.empty() && !(service && is_ours(service->labels))) {
        co_return effect_failed(changed());
    }
    if (is_gone) {
        auto creating = create(n);
        co_return co_await std::move(creating);
    }
    auto spec = make_service_spec(plan_, names_, terms_.image, n, hash_of_spec(previous_spec_));
    auto changing = change(*service, std::move(spec), Owner::previous, Owner::us);
    co_return co_await std::move(changing);
}

Task<EffectOutcome> SwarmTarget::create(std::int64_t n) {
    auto creating = swarm_.create_service(
        make_service_spec(plan_, names_, terms_.image, n, ""), plan_.credentials
    );
    const auto created = co_await std::move(creating);
    was_ours_ = was_ours_ || created || is_silence(created.error());
    if (!created && created.error().code != Code::conflict) {
        co_return effect_failed(created.error());
    }
    auto inspecting = swarm_.inspect_service(plan_.service);
    const auto service = co_await std::move(inspecting);
    if (!service) co_return effect_failed(service.error());
    if (owner_of(*service) != Owner::us) co_return effect_failed(changed());
    co_return keep_ours(*service);
}

/// From one known specification to another one; whatever else is found stays as it is. Its version
/// makes sure that nothing comes between look and change, nor a late twin of this call after it.
Task<EffectOutcome> SwarmTarget::change(
    docker::ServiceInfo service, std::string spec, Owner from, Owner to
) {
    for (int tries = 1;; ++tries) {
        const auto owner = owner_of(service);
        if (owner == to) co_return to == Owner::us ? keep_ours(service) : made(service);
        if (owner != from || tries > kTries) co_return effect_failed(changed());
        auto updating = swarm_.update_service(service.id, service.version, spec, plan_.credentials);
        const auto updated = co_await std::move(updating);
        was_ours_ = was_ours_ || updated || is_silence(updated.error());
        if (!updated && updated.error().code != Code::conflict) {
            co_return effect_failed(updated.error());
        }
        auto inspecting = swarm_.inspect_service(service.id);
        auto again = co_await std::move(inspecting);
        if (!again) co_return effect_failed(again.error());
        service = std::move(*again);
    }
}

// ── back ─────────────────────────────────────────────────────────────────────────────────────

Task<EffectOutcome> SwarmTarget::restore() {
    auto tailing = tail_of_failed();
    auto tail = co_await std::move(tailing);
    auto inspecting = swarm_.inspect_service(plan_.service);
    const auto service = co_await std::move(inspecting);
    if (!service) co_return effect_failed(service.error());
    const auto owner = owner_of(*service);
    const bool is_untouched = owner == Owner::somebody && !was_ours_ &&
                              !names_.is_ours(service->labels) &&
                              !names_.is_ours(docker::labels_of_spec(service->previous_spec));
    // Ours never got there: what somebody else made of the service stays.
    if (is_untouched) co_return effect_done();
    auto changing = change(*service, previous_spec_, Owner::us, Owner::previous);
    auto outcome = co_await std::move(changing);
    outcome.excerpt = std::move(tail);
    outcome.ids_json = "{}";
    if (!outcome.ok) co_return outcome;
    auto waiting = wait_for_previous(std::move(outcome));
    co_return co_await std::move(waiting);
}

/// The way back is done when the swarm has gone it.
Task<EffectOutcome> SwarmTarget::wait_for_previous(EffectOutcome outcome) {
    const auto spec = nlohmann::json::parse(previous_spec_, nullptr, false);
    const auto labels = docker::labels_of_spec(previous_spec_);
    Wanted wanted;
    wanted.deployment = label_of(labels, model::kDeploymentLabel);
    using Pointer = nlohmann::json::json_pointer;
    wanted.image = spec.value(Pointer{"/TaskTemplate/ContainerSpec/Image"}, std::string{});
    wanted.replicas = spec.value(Pointer{"/Mode/Replicated/Replicas"}, std::uint64_t{0});
    auto rules = plan_.health;
    rules.hold = std::chrono::milliseconds{0};
    auto watching = watch(std::move(wanted), std::move(rules), ProbeSpec{});
    const auto gate = co_await std::move(watching);
    outcome.ok = gate.passed;
    if (!gate.passed) outcome.reason = "the previous version does not come back: " + gate.reason;
    co_return outcome;
}

Task<EffectOutcome> SwarmTarget::retire() {
    auto tailing = tail_of_failed();
    auto tail = co_await std::move(tailing);
    auto inspecting = swarm_.inspect_service(plan_.service);
    const auto service = co_await std::move(inspecting);
    const bool is_gone = !service && service.error().code == Code::not_found;
    if (!service && !is_gone) co_return effect_failed(service.error());
    const auto owner = service ? owner_of(*service) : Owner::us;
    // Only where ours never got there may somebody else's stay without a person's word.
    const bool is_mixed = owner != Owner::us && (was_ours_ || names_.is_ours(service->labels));
    if (is_mixed) co_return effect_failed(changed());
    if (service && owner == Owner::us) {
        auto removing = swarm_.remove_service(service->id);
        const auto removed = co_await std::move(removing);
        if (!removed) co_return effect_failed(removed.error());
    }
    auto waiting = wait_until_gone(names_.deployment);
    const auto gone = co_await std::move(waiting);
    if (!gone) co_return effect_failed(gone.error());
    auto outcome = effect_done();
    outcome.excerpt = std::move(tail);
    co_return outcome;
}

/// The swarm forgets a service at once, and its containers end later.
Task<Result<>> SwarmTarget::wait_until_gone(std::string deployment) {
    const auto deadline = clock_.instant() + plan_.drain + kGoing;
    const docker::Labels labels{
        {model::kServerLabel, names_.server_id}, {model::kDeploymentLabel, deployment}};
    for (;;) {
        auto listing = engine_.list_containers(labels);
        const auto containers = co_await std::move(listing);
        if (!containers) co_return containers.error();
        const bool is_gone =
            std::none_of(containers->begin(), containers->end(), [](const auto& container) {
                return container.state == "running";
            });
        if (is_gone) co_return Result<>{};
        if (clock_.instant() >= deadline) {
            co_return Error{Code::timed_out, "the containers of the service do not end"};
        }
        co_await sleep_for(kBetweenLists);
    }
}

/// Of one of ours on this node that failed, else of any of ours.
Task<std::string> SwarmTarget::tail_of_failed() {
    auto listing = swarm_.list_tasks(plan_.service);
    const auto tasks = co_await std::move(listing);
    if (!tasks) co_return std::string{};
    std::string container;
    for (const auto& task : *tasks) {
        if (!is_ours(task.labels) || task.container.empty()) continue;
        const bool has_failed = task.state == "failed" || task.state == "rejected";
        if (has_failed || container.empty()) container = task.container;
    }
    if (container.empty()) co_return std::string{};
    auto tailing = engine_.log_tail(container, kExcerptLines);
    auto tail = co_await std::move(tailing);
    co_return tail ? std::move(*tail) : std::string{};
}

}  // namespace triphammer::runner
