// What the swarm shows: of effects that may or may not have been done, of tasks on their way, of
// what serves.
#include "base/deadline.hpp"
#include "model/engine_labels.hpp"
#include "runner/deploy/probe.hpp"
#include "runner/deploy/swarm/spec.hpp"
#include "runner/deploy/swarm/target.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace triphammer::runner {

using rollout::EffectKind;
using rollout::Observation;

namespace {

constexpr std::chrono::milliseconds kBetweenLooks{250};
/// A service that is made has no update whose end the swarm would tell.
constexpr std::chrono::milliseconds kStaysUp{2'000};
/// Of one deployment: the swarm starts them again and again.
constexpr int kMostFailures = 3;

bool has_failed(const docker::TaskInfo& task) {
    return task.state == "failed" || task.state == "rejected" || task.state == "orphaned";
}

bool is_serving(const docker::TaskInfo& task) {
    return task.state == "running";
}

}  // namespace

// ── after a runner was lost ──────────────────────────────────────────────────────────────────

Task<Observation> SwarmTarget::observe(EffectKind kind, std::int64_t n) {
    if (kind == EffectKind::update) update_ = n;
    const bool is_removal = kind == EffectKind::retire_candidate;
    auto inspecting = swarm_.inspect_service(plan_.service);
    const auto service = co_await std::move(inspecting);
    if (!service && service.error().code != Code::not_found) co_return Observation::silent;
    if (!service) {
        if (is_removal) co_return Observation::done;
        const bool is_first = kind == EffectKind::update && previous_id_.empty();
        co_return is_first ? Observation::not_begun : Observation::foreign;
    }
    if (is_ours(service->labels)) {
        if (owner_of(*service) != Owner::us) co_return Observation::foreign;
        was_ours_ = true;
        const bool is_forward = kind == EffectKind::update;
        co_return is_forward ? Observation::done : Observation::not_begun;
    }
    const bool is_previous = label_of(service->labels, model::kDeploymentLabel) == previous_id_ &&
                             digest_in(service->image) == previous_digest_;
    if (previous_id_.empty() || !is_previous) co_return Observation::foreign;
    if (kind == EffectKind::restore) co_return Observation::done;
    co_return is_removal ? Observation::foreign : Observation::not_begun;
}

Task<Observation> SwarmTarget::observe_all(const rollout::Effects& effects) {
    using enum EffectKind;
    const auto* last = last_done(effects, {update, restore, retire_candidate});
    if (last == nullptr) co_return Observation::done;
    auto observing = observe(last->kind, last->n);
    const auto seen = co_await std::move(observing);
    const bool is_certain = seen == Observation::done || seen == Observation::silent;
    co_return is_certain ? seen : Observation::foreign;
}

Task<std::string> SwarmTarget::ids_of(EffectKind kind) {
    if (kind != EffectKind::update) co_return "{}";
    auto inspecting = swarm_.inspect_service(plan_.service);
    const auto service = co_await std::move(inspecting);
    const bool is_there = service && owner_of(*service) == Owner::us;
    co_return is_there ? keep_ours(*service).ids_json : "{}";
}

// ── until it is so ───────────────────────────────────────────────────────────────────────────

SwarmTarget::Wanted SwarmTarget::wanted_now() const {
    Wanted wanted;
    wanted.deployment = names_.deployment;
    wanted.image = terms_.image;
    wanted.replicas = static_cast<std::uint64_t>(plan_.replicas);
    wanted.spec = our_spec_;
    wanted.is_updated = !previous_spec_.empty();
    return wanted;
}

Task<GateOutcome> SwarmTarget::watch_candidate() {
    auto rules = plan_.health;
    rules.hold = previous_spec_.empty() ? std::max(rules.hold, kStaysUp)
                                        : std::chrono::milliseconds{0};  // the swarm did it
    return watch(wanted_now(), std::move(rules), ProbeSpec{});
}

Task<GateOutcome> SwarmTarget::watch_public() {
    return watch(wanted_now(), plan_.verify, plan_.verify);
}

Task<GateOutcome> SwarmTarget::watch(Wanted wanted, ProbeSpec rules, ProbeSpec asked) {
    GateOutcome out;
    const auto begin = clock_.instant();
    int good = 0;
    Instant good_since{};
    for (;;) {
        ++out.looks;
        auto looking = look_at(wanted);
        auto look = co_await std::move(looking);
        if (look.is_good) {
            auto probing = probe(asked, look.container);
            look.finding = co_await std::move(probing);
            look.is_good = look.finding.empty();
        }
        const auto now = clock_.instant();
        out.milliseconds = std::chrono::duration_cast<Milliseconds>(now - begin).count();
        if (look.is_good && good++ == 0) good_since = now;
        if (!look.is_good) good = 0;
        out.reason = std::move(look.finding);
        out.passed = good >= rules.good_in_a_row && now - good_since >= rules.hold;
        if (out.passed || look.is_over) co_return out;
        if (now - begin >= rules.timeout) break;
        co_await sleep_for(std::min(rules.interval, kBetweenLooks));
    }
    out.reason =
        "not healthy within " + std::to_string(rules.timeout.count() / 1000) + " s: " + out.reason;
    co_return out;
}

Task<std::string> SwarmTarget::probe(ProbeSpec spec, std::string container) {
    if (spec.kind == ProbeSpec::Kind::none) co_return std::string{};
    if (spec.kind == ProbeSpec::Kind::command && container.empty()) {
        co_return "no task runs on this manager: verify.command needs one";
    }
    ProbeTarget target;
    target.container = std::move(container);
    target.address = engine_.host();
    target.port = spec.port;
    auto probing = probe_once(engine_, std::move(spec), std::move(target));
    co_return co_await std::move(probing);
}

Task<SwarmTarget::Look> SwarmTarget::look_at(Wanted wanted) {
    Look look;
    auto inspecting = swarm_.inspect_service(plan_.service);
    const auto service = co_await std::move(inspecting);
    if (!service) {
        look.is_over = service.error().code == Code::not_found;
        look.finding = service.error().message;
        co_return look;
    }
    auto listing = swarm_.list_tasks(service->id);
    const auto tasks = co_await std::move(listing);
    if (!tasks) {
        look.finding = tasks.error().message;
        co_return look;
    }
    co_return judge(*service, *tasks, wanted);
}

SwarmTarget::Look SwarmTarget::judge(
    const docker::ServiceInfo& service,
    const std::vector<docker::TaskInfo>& tasks,
    const Wanted& wanted
) const {
    Look look;
    const auto deployment = label_of(service.labels, model::kDeploymentLabel);
    const bool is_rolled_back = service.update_state.starts_with("rollback");
    const bool is_wanted_spec = wanted.spec.empty() || hash_of_spec(service.spec) == wanted.spec;
    const bool is_same = deployment == wanted.deployment && service.image == wanted.image &&
                         service.replicas == wanted.replicas && is_wanted_spec;
    if (!is_same) {
        look.is_over = true;
        look.finding = "somebody else changed the service: it is of deployment " +
                       (deployment.empty() ? "nobody" : deployment) + " now, with " +
                       std::to_string(service.replicas) + " replicas of " + service.image;
        return look;
    }
    if (wanted.is_updated && (is_rolled_back || service.update_state == "paused")) {
        look.is_over = true;
        look.finding = "the swarm says: " + service.update_message;
    }
    std::uint64_t right = 0;
    std::uint64_t wrong = 0;
    int failures = 0;
    for (const auto& task : tasks) {
        const bool is_right = label_of(task.labels, model::kDeploymentLabel) == wanted.deployment &&
                              task.image == wanted.image;
        const bool is_wanted = is_right && task.desired == "running";
        if (is_serving(task) && is_wanted) ++right;
        if (is_serving(task) && !is_wanted) ++wrong;
        if (is_serving(task) && is_wanted && task.node == node_) look.container = task.container;
        if (is_right && has_failed(task)) ++failures;
        if (is_right && !task.error.empty()) look.finding = task.error;
    }
    if (failures > 0 && look.is_over && !look.finding.empty()) return look;
    if (failures >= kMostFailures) look.is_over = true;
    const bool is_complete = !wanted.is_updated || service.update_state == "completed";
    look.is_good =
        !look.is_over && right == service.replicas && right > 0 && wrong == 0 && is_complete;
    if (look.is_good) look.finding.clear();
    if (look.is_good || !look.finding.empty()) return look;
    look.finding = std::to_string(right) + " of " + std::to_string(service.replicas) +
                   " tasks run and are healthy, " + std::to_string(wrong) + " of before still run";
    return look;
}

// ── what serves ──────────────────────────────────────────────────────────────────────────────

Task<Result<Live>> SwarmTarget::read_live() {
    auto inspecting = swarm_.inspect_service(plan_.service);
    const auto service = co_await std::move(inspecting);
    if (!service) co_return service.error();
    auto listing = swarm_.list_tasks(service->id);
    auto tasks = co_await std::move(listing);
    if (!tasks) co_return tasks.error();
    std::erase_if(*tasks, [](const auto& task) { return !is_serving(task); });
    if (tasks->empty()) co_return conflict("no task of the service runs");
    const auto deployment = label_of(service->labels, model::kDeploymentLabel);
    for (const auto& task : *tasks) {
        const bool is_same = label_of(task.labels, model::kDeploymentLabel) == deployment &&
                             task.image == service->image;
        if (!is_same) co_return conflict("tasks of different versions run");
    }
    if (tasks->size() != service->replicas) co_return conflict("not all tasks run");
    Live live;
    live.object = object_of(service->id, deployment);
    live.outputs["service"] = service->name;
    auto reading = read_digest(std::move(*tasks));
    auto digest = co_await std::move(reading);
    if (!digest) co_return digest.error();
    live.digest = std::move(*digest);
    co_return live;
}

/// What the specification pins, and on this node what the containers really are made of.
Task<Result<std::string>> SwarmTarget::read_digest(std::vector<docker::TaskInfo> tasks) {
    const auto pinned = digest_in(tasks.front().image);
    for (const auto& task : tasks) {
        if (task.node != node_) continue;
        auto inspecting = engine_.inspect_container(task.container);
        const auto info = co_await std::move(inspecting);
        if (!info) co_return info.error();
        auto looking_up = engine_.inspect_image(info->image_id);
        const auto image = co_await std::move(looking_up);
        if (!image) co_return image.error();
        const bool is_pinned =
            image->id == pinned ||
            std::any_of(image->digests.begin(), image->digests.end(), [&pinned](const auto& known) {
                return known.ends_with("@" + pinned);
            });
        if (!info->running || !is_pinned) {
            co_return conflict("a task's container is not of " + pinned);
        }
    }
    co_return pinned;
}

}  // namespace triphammer::runner
