#include "deployments/ledger.hpp"

#include "deployments/ledger_rows.hpp"
#include "rollout/ledger.hpp"
#include "rollout/proof.hpp"
#include "store/deployments/approval_store.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace triphammer::deployments {

using model::DeploymentState;
using nlohmann::json;
using rollout::EffectKind;
using rollout::EffectState;

namespace {

constexpr std::size_t kMaxProbes = 200;
constexpr std::size_t kMaxExcerpt = 64U << 10U;

// What the rules look at: one deployment and its journal.
struct Ledger {
    store::DeploymentRow row;
    std::vector<store::EffectRow> effect_rows;
    rollout::Effects effects;
};

Result<Ledger> read_ledger(store::Connection& db, model::JobId job) {
    auto row = get_deployment_of_job(db, job);
    if (!row) return row.error();
    auto effect_rows = store::list_effects(db, row->id);
    auto effects = to_effects(effect_rows);
    if (!effects) return effects.error();
    return Ledger{std::move(*row), std::move(effect_rows), std::move(*effects)};
}

Error not_running(const store::DeploymentRow& row) {
    return conflict("deployment " + to_text(row.id) + " is " + std::string{name_of(row.state)});
}

protocol::Verdict say_no(const protocol::Intent& intent, std::string why) {
    return {intent.n, false, std::move(why)};
}

/// The intent's target names what preflight resolved.
void keep_image(store::Transaction& tx, const Ledger& ledger, const json& target) {
    store::set_deployment_image(
        tx, ledger.row.id, text_in(target, "image"), text_in(target, "digest")
    );
}

Result<> write_intent(
    store::Transaction& tx, const Ledger& ledger, const protocol::Intent& intent, model::Fence fence
) {
    const auto target = to_object(intent.target);
    if (intent.kind == rollout::name_of(EffectKind::before)) {
        const auto key = migration_key(ledger.row, text_in(target, "digest"));
        if (auto begun = store::begin_migration(tx, key, ledger.row.id); !begun) return begun;
    }
    keep_image(tx, ledger, target);
    store::NewEffect effect;
    effect.deployment = ledger.row.id;
    effect.n = intent.n;
    effect.kind = intent.kind;
    effect.target = intent.target;
    effect.idem = intent.idem;
    effect.fence = fence;
    return store::open_effect(tx, effect);
}

Result<> carry_out(
    store::Transaction& tx,
    const Ledger& ledger,
    const protocol::Intent& intent,
    model::Fence fence,
    rollout::IntentJudgement::Kind kind
) {
    using Kind = rollout::IntentJudgement::Kind;
    if (kind == Kind::reopen) return store::reopen_effect(tx, ledger.row.id, intent.n, fence);
    if (kind == Kind::go) return {};
    return write_intent(tx, ledger, intent, fence);
}

/// An apply takes what a plan job of its run has planned, and what people were asked about; a step
/// that gives out a hash has planned nothing.
bool is_planned(store::Connection& db, const Ledger& ledger, const protocol::Intent& intent) {
    if (ledger.row.driver != "terraform") return true;
    const auto planned = to_object(store::image_digests(db, ledger.row.run));
    const auto digest = text_in(to_object(intent.target), "digest");
    return std::any_of(planned.begin(), planned.end(), [&digest](const json& one) {
        return one == digest;
    });
}

}  // namespace

Result<> apply_phase(store::Transaction& tx, const Speaker& speaker, const protocol::Phase& phase) {
    auto row = get_deployment_of_job(tx, speaker.job);
    if (!row) return row.error();
    if (row->state != DeploymentState::running) return not_running(*row);
    store::set_deployment_phase(tx, row->id, phase.phase, phase.detail);
    return {};
}

Result<protocol::Verdict> apply_intent(
    store::Transaction& tx, const Speaker& speaker, const protocol::Intent& intent
) {
    auto ledger = read_ledger(tx, speaker.job);
    if (!ledger) return ledger.error();
    if (ledger->row.state != DeploymentState::running) {
        return say_no(intent, not_running(ledger->row).message);
    }
    const auto kind = rollout::parse_effect_kind(intent.kind);
    if (!kind) return say_no(intent, "there is no effect '" + intent.kind + "'");
    if (!is_planned(tx, *ledger, intent)) {
        return say_no(intent, "no plan job of this run has planned what is to be applied");
    }
    const rollout::Effect wanted{intent.n, *kind, EffectState::open, speaker.fence, intent.idem};
    const auto judged = rollout::judge_intent(ledger->row.id, ledger->effects, wanted);
    if (!judged.is_go()) return say_no(intent, judged.why);
    auto written = carry_out(tx, *ledger, intent, speaker.fence, judged.kind);
    if (!written && written.error().code == Code::conflict) {
        return say_no(intent, written.error().message);
    }
    if (!written) return written.error();
    return protocol::Verdict{intent.n, true, ""};
}

namespace {

json result_json(const protocol::EffectResult& result) {
    return {
        {"ids", to_object(result.ids)},
        {"probes", to_array(result.probes)},
        {"reason", result.reason},
    };
}

/// Probes of all effects, the newest kept.
json add_probes(const std::string& known, const std::string& more) {
    auto probes = to_array(known);
    for (auto& probe : to_array(more)) probes.push_back(std::move(probe));
    while (probes.size() > kMaxProbes) probes.erase(probes.begin());
    return probes;
}

void keep_evidence(
    store::Transaction& tx, const Ledger& ledger, const protocol::EffectResult& result
) {
    auto ids = to_object(ledger.row.target_ids_json);
    ids.update(to_object(result.ids));
    const auto ids_text = ids.dump();
    const auto probes_text = add_probes(ledger.row.probes_json, result.probes).dump();
    const auto excerpt = std::string_view{result.excerpt}.substr(0, kMaxExcerpt);
    store::set_deployment_evidence(tx, ledger.row.id, {ids_text, probes_text, excerpt});
}

Result<> close(
    store::Transaction& tx,
    const Ledger& ledger,
    const store::EffectRow& effect,
    const protocol::EffectResult& result
) {
    const std::string state = result.ok ? "ok" : "failed";
    if (effect.kind == rollout::name_of(EffectKind::before)) {
        const auto digest = text_in(to_object(effect.target), "digest");
        auto ended = store::end_migration(tx, migration_key(ledger.row, digest), state);
        if (!ended) return ended;
    }
    keep_evidence(tx, ledger, result);
    return store::close_effect(tx, effect, state, result_json(result).dump());
}

const store::EffectRow* find_effect(const Ledger& ledger, std::int64_t n) {
    for (const auto& effect : ledger.effect_rows) {
        if (effect.n == n) return &effect;
    }
    return nullptr;
}

}  // namespace

Result<> apply_result(
    store::Transaction& tx, const Speaker& speaker, const protocol::EffectResult& result
) {
    using rollout::ResultJudgement;
    auto ledger = read_ledger(tx, speaker.job);
    if (!ledger) return ledger.error();
    const auto* effect = find_effect(*ledger, result.n);
    const auto judged = rollout::judge_result(ledger->effects, result.n, speaker.fence, result.ok);
    switch (judged) {
        case ResultJudgement::close:
            return close(tx, *ledger, *effect, result);
        case ResultJudgement::repeated:
            return {};
        case ResultJudgement::evidence:
            store::append_evidence(tx, *effect, speaker.fence, result_json(result).dump());
            return {};
        case ResultJudgement::wrong:
            break;
    }
    return Error{
        Code::protocol,
        "the result of effect " + std::to_string(result.n) +
            " was not announced, or contradicts "
            "the one before"};
}

namespace {

std::string output_of(const protocol::End& end, const char* name) {
    const auto found = end.outputs.find(name);
    return found == end.outputs.end() ? std::string{} : found->second;
}

/// The target's id of what a deployment made; for a container its engine's id.
std::string object_in(const json& ids) {
    return text_in(ids, ids.contains("object") ? "object" : "container");
}

std::string live_object_of(const protocol::End& end) {
    return output_of(end, end.outputs.contains("object") ? "object" : "container");
}

/// What speaks for green: the ledger's side from the rows, the live side from the runner's reading
/// after the switch, which it gives as outputs.
rollout::Evidence evidence_of(const Ledger& ledger, const protocol::End& end) {
    rollout::Evidence evidence;
    evidence.effects = ledger.effects;
    evidence.our_object = object_in(collect_ids(ledger.effect_rows));
    evidence.live_object = live_object_of(end);
    evidence.ledger_digest = ledger.row.digest;
    evidence.live_digest = output_of(end, "digest");
    evidence.is_verified = output_of(end, "verified") == "true";
    return evidence;
}

Ending undecided(std::string why) {
    Ending ending;
    ending.deployment = DeploymentState::unknown;
    ending.job = model::JobState::failed;
    ending.cause = model::Cause::undecided;
    ending.reason = "nobody knows how this deployment ended (" + std::move(why) +
                    "): look at the target, then settle it";
    return ending;
}

bool has_open_effect(const Ledger& ledger) {
    for (const auto& effect : ledger.effects) {
        if (effect.state == EffectState::open) return true;
    }
    return false;
}

Ending judge_end(const Ledger& ledger, const protocol::End& end) {
    if (has_open_effect(ledger)) {
        const auto more = end.reason.empty() ? "" : ": " + end.reason;
        return undecided("an effect was begun and has no result" + more);
    }
    if (end.deployment == DeploymentState::succeeded) {
        const auto missing = rollout::list_missing_proofs(evidence_of(ledger, end));
        if (!missing.empty()) return undecided(missing.front());
        return {DeploymentState::succeeded, model::JobState::succeeded, end.cause, end.reason};
    }
    const bool is_nothing_done = ledger.effects.empty();
    if (!end.deployment && !is_nothing_done) return undecided("its runner did not say");
    const auto state = end.deployment.value_or(DeploymentState::failed);
    if (!is_final(state)) return undecided(end.reason);
    const bool is_red = end.state != model::JobState::succeeded;
    return {state, is_red ? end.state : model::JobState::failed, end.cause, end.reason};
}

}  // namespace

Result<Ending> finish_deployment(
    store::Transaction& tx, const Speaker& speaker, const protocol::End& end
) {
    auto ledger = read_ledger(tx, speaker.job);
    if (!ledger) return ledger.error();
    if (ledger->row.state != DeploymentState::running) return not_running(ledger->row);
    auto ending = judge_end(*ledger, end);
    store::DeploymentMove move;
    move.id = ledger->row.id;
    move.from = DeploymentState::running;
    move.to = ending.deployment;
    move.phase = is_final(ending.deployment) ? model::DeploymentPhase::done : ledger->row.phase;
    move.reason = ending.reason;
    if (auto moved = store::move_deployment(tx, move); !moved) return moved.error();
    return ending;
}

}  // namespace triphammer::deployments
