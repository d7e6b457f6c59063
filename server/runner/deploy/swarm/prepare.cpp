// Preflight of the driver `swarm`: everything that can go wrong without anybody noticing.
#include "docker/server_volumes.hpp"
#include "model/engine_labels.hpp"
#include "runner/deploy/probe.hpp"
#include "runner/deploy/swarm/spec.hpp"
#include "runner/deploy/swarm/target.hpp"
#include "runner/session/unless_stopped.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace triphammer::runner {

namespace {

std::string text_in(const nlohmann::json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    const bool is_text = object.is_object() && found != object.end() && found->is_string();
    return is_text ? found->get<std::string>() : std::string{};
}

/// What an attempt before this one has made, as the swarm showed it.
std::string spec_in(const std::string& effects) {
    const auto parsed = nlohmann::json::parse(effects, nullptr, false);
    if (!parsed.is_array()) return {};
    std::string out;
    for (const auto& effect : parsed) {
        const auto ids = effect.is_object() ? effect.find("ids") : effect.end();
        if (!effect.is_object() || ids == effect.end()) continue;
        if (auto text = text_in(*ids, "spec"); !text.empty()) out = std::move(text);
    }
    return out;
}

}  // namespace

SwarmTarget::SwarmTarget(
    std::unique_ptr<docker::Engine> engine,
    docker::Swarm swarm,
    DeployPlan plan,
    DeployNames names,
    const Clock& clock
)
    : connection_{std::move(engine)},
      engine_{*connection_},
      swarm_{std::move(swarm)},
      plan_{std::move(plan)},
      names_{std::move(names)},
      clock_{clock} {}

Task<Result<>> SwarmTarget::prepare(
    const model::DeploymentSpec& spec, StepLog& log, execution::StopToken& stop
) {
    auto asking = check_manager();
    auto asked = co_await std::move(asking);
    if (!asked) co_return asked;
    auto guarding = docker::check_server_volumes(engine_, plan_.volumes, names_.owner_labels());
    auto guarded = co_await std::move(guarding);
    if (!guarded) co_return guarded;
    auto fencing = docker::check_server_networks(engine_, plan_.networks, names_.owner_labels());
    if (auto fenced = co_await std::move(fencing); !fenced) co_return fenced;
    auto looking = unless_stopped(find_image(log), stop);
    auto found = co_await std::move(looking);
    if (!found) co_return found;
    auto checking = check_networks();
    auto checked = co_await std::move(checking);
    if (!checked) co_return checked;
    auto finding = find_service(spec);
    auto known = co_await std::move(finding);
    if (!known) co_return known;
    describe(spec);
    if (!plan_.stops_first || plan_.volumes.empty()) co_return Result<>{};
    auto telling =
        log.line("A volume has one writer: each old task ends before its new one starts\n");
    co_return co_await std::move(telling);
}

Task<Result<>> SwarmTarget::check_manager() {
    auto asking = swarm_.member();
    const auto member = co_await std::move(asking);
    if (!member) co_return member.error();
    node_ = member->node;
    if (member->is_manager) co_return Result<>{};
    const bool is_outside = member->node.empty();
    co_return invalid(
        std::string{"deploy to swarm: the engine (docker.host) is "} +
        (is_outside ? "in no swarm: docker swarm init makes it the first manager of one"
                    : "no manager of its swarm: name one, or docker node promote this one")
    );
}

Task<Result<>> SwarmTarget::find_image(StepLog& log) {
    auto asking = engine_.registry_digest(plan_.image, plan_.credentials);
    auto digest = co_await std::move(asking);
    if (!digest) co_return digest.error();
    terms_.digest = std::move(*digest);
    terms_.image = plan_.image.by_digest(terms_.digest);
    const bool is_asked =
        plan_.health.kind != ProbeSpec::Kind::none || plan_.verify.kind != ProbeSpec::Kind::none;
    if (is_asked && plan_.before.empty()) co_return Result<>{};
    auto pinned = plan_.image;
    pinned.digest = terms_.digest;
    auto pulling = engine_.pull(pinned, plan_.credentials, &log);
    auto pulled = co_await std::move(pulling);
    if (!pulled || is_asked) co_return pulled;
    auto inspecting = engine_.inspect_image(terms_.image);
    const auto image = co_await std::move(inspecting);
    if (!image) co_return image.error();
    if (image->has_health_check) co_return Result<>{};
    co_return invalid(
        "nothing would prove that the new tasks work: the image has no health check. Say health "
        "(http or command), or verify"
    );
}

Task<Result<>> SwarmTarget::check_networks() {
    if (plan_.networks.empty()) co_return Result<>{};
    auto listing = engine_.list_networks({});
    const auto networks = co_await std::move(listing);
    if (!networks) co_return networks.error();
    for (const auto& wanted : plan_.networks) {
        const bool is_there =
            std::any_of(networks->begin(), networks->end(), [&wanted](const auto& network) {
                return network.name == wanted || network.id == wanted;
            });
        if (!is_there) {
            co_return invalid(
                "there is no network " + wanted + ": docker network create --driver overlay " +
                wanted
            );
        }
    }
    co_return Result<>{};
}

Task<Result<>> SwarmTarget::find_service(const model::DeploymentSpec& spec) {
    our_spec_ = spec_in(spec.effects_json);
    const auto previous = nlohmann::json::parse(spec.previous_json, nullptr, false);
    previous_id_ = text_in(previous, "id");
    previous_digest_ = text_in(previous, "digest");
    auto inspecting = swarm_.inspect_service(plan_.service);
    const auto service = co_await std::move(inspecting);
    // Somebody removed it: then nothing serves, and there is nothing to go back to.
    if (!service && service.error().code == Code::not_found) co_return Result<>{};
    if (!service) co_return service.error();
    co_return take_previous(*service);
}

Result<> SwarmTarget::take_previous(const docker::ServiceInfo& service) {
    if (!names_.is_of_service(service.labels, model::kAppRole)) {
        return conflict(
            "the swarm has a service " + service.name +
            " that was not made by this repository and environment: give another name, or remove it"
        );
    }
    if (!service.is_replicated) return conflict("the service is not a replicated one any more");
    const bool is_begun = label_of(service.labels, model::kDeploymentLabel) == names_.deployment;
    const auto& before = is_begun ? service.previous_spec : service.spec;
    // What the swarm remembers is the way back only if it is what the update found.
    const bool is_known =
        !is_begun || hash_of_spec(before) == label_of(service.labels, kBeforeLabel);
    if (is_known) previous_spec_ = before;
    if (is_known || label_of(service.labels, kBeforeLabel).empty()) return {};
    return conflict(
        "the service was changed by somebody else while it was updated: what it was before is lost"
    );
}

void SwarmTarget::describe(const model::DeploymentSpec& spec) {
    terms_.strategy = plan_.strategy;
    terms_.rolls_back = plan_.rolls_back;
    terms_.has_before = !plan_.before.empty();
    terms_.has_previous = !previous_spec_.empty();
    terms_.service = plan_.service;
    terms_.gate_kind = "swarm";
    terms_.verify_kind =
        plan_.verify.kind == ProbeSpec::Kind::none ? "swarm" : name_of(plan_.verify.kind);
    const auto labels = docker::labels_of_spec(previous_spec_);
    const auto serving = label_of(labels, model::kDeploymentLabel);
    const bool is_known = serving.empty() || serving == previous_id_ || spec.losses > 0;
    if (!is_known) {
        terms_.remark = " (what serves is deployment " + serving +
                        ", not the last good one: the way back leads there)";
    }
}

ImageFailure SwarmTarget::explain(const Error& error) const {
    return explain_push(error, plan_.image.registry());
}

void SwarmTarget::adopt(const rollout::Effects& effects) {
    for (const auto& effect : effects) {
        if (effect.kind != rollout::EffectKind::update) continue;
        update_ = effect.n;
        was_ours_ = effect.state == rollout::EffectState::ok;
    }
}

}  // namespace triphammer::runner
