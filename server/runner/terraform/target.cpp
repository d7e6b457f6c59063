#include "runner/terraform/target.hpp"

#include "base/log.hpp"
#include "base/task_group.hpp"
#include "base/text.hpp"
#include "model/terraform_place.hpp"
#include "runner/deploy/state.hpp"

#include <boost/asio/this_coro.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace triphammer::runner {

using nlohmann::json;
using rollout::EffectKind;
using rollout::Observation;

namespace {

/// Between TERM, after which it ends what it has begun, and KILL.
constexpr std::chrono::minutes kGrace{5};

/// What `apply -json` says, as people read it.
class EventSink final : public execution::OutputSink {
  public:
    EventSink(Session& session, int step, ApplyProgress& progress)
        : session_{session}, step_{step}, progress_{progress} {}

    Task<Result<>> write(std::string_view bytes) override {
        return session_.log(step_, progress_.feed(bytes));
    }

  private:
    Session& session_;
    int step_;
    ApplyProgress& progress_;
};

/// A stop of the job, with more time to end.
Task<> hand_on(execution::StopToken& from, execution::StopToken& to) {
    auto waiting = from.wait();
    co_await std::move(waiting);
    to.request(from.why(), kGrace);
}

/// Of the effect that the lost runner announced.
std::string digest_in(const std::string& effects_json) {
    const auto effects = json::parse(effects_json, nullptr, false);
    if (!effects.is_array() || effects.empty()) return {};
    const auto target = json::parse(text_at(effects.back(), "target"), nullptr, false);
    return text_at(target, "digest");
}

/// The hashes of the plans that this job needs. That a plan's own job made them, the ledger sees
/// to.
std::set<std::string> approved_plans(const std::string& needs) {
    const auto needed = json::parse(needs, nullptr, false);
    std::set<std::string> out;
    for (const auto& [key, need] : needed.items()) {
        const auto hash = text_at(member_at(need, "outputs"), "plan-hash");
        if (!hash.empty()) out.insert(hash);
    }
    return out;
}

}  // namespace

std::string TerraformTarget::describe(const rollout::Move& move) const {
    using Kind = rollout::Move::Kind;
    if (move.kind == Kind::gate) return "Look at the state";
    if (move.kind == Kind::verify) return "Plan once more";
    if (move.kind == Kind::effect && move.effect == EffectKind::update) return "Apply";
    return Target::describe(move);
}

// ── preflight ────────────────────────────────────────────────────────────────────────────────

Task<Result<>>
TerraformTarget::prepare(const model::DeploymentSpec& spec, StepLog&, execution::StopToken&) {
    auto fetching = session_.fetch_source(step_);
    if (auto fetched = co_await std::move(fetching); !fetched) co_return fetched;
    auto beginning = work_.begin(step_);
    if (auto begun = co_await std::move(beginning); !begun) co_return begun;
    auto planning = plan_all();
    if (auto planned = co_await std::move(planning); !planned) co_return planned;
    set_terms(spec);
    if (spec.effects_json != "[]") {
        terms_.digest = digest_in(spec.effects_json);
        co_return Result<>{};
    }
    auto summing = session_.summary(step_, summary_of(plans_));
    if (auto kept = co_await std::move(summing); !kept) co_return kept;
    co_return check_approved();
}

Task<Result<>> TerraformTarget::plan_all() {
    const auto folders = work_.keys().folders;
    for (const auto& folder : folders) {
        auto setting_up = work_.init(step_, folder);
        if (auto done = co_await std::move(setting_up); !done) co_return done;
        auto looking = work_.check_backend(folder);
        if (auto done = co_await std::move(looking); !done) co_return done;
        auto checking = work_.validate(step_, folder);
        if (auto done = co_await std::move(checking); !done) co_return done;
        auto planning = work_.plan(step_, folder);
        auto plan = co_await std::move(planning);
        if (!plan) co_return plan.error();
        plans_.push_back(std::move(*plan));
    }
    co_return Result<>{};
}

Result<> TerraformTarget::check_approved() const {
    const auto needs = session_.evaluate({"${{ toJSON(needs) }}", {}});
    if (!needs) return needs.error();
    const auto approved = approved_plans(*needs);
    if (approved.contains(terms_.digest)) return {};
    if (approved.empty()) {
        return invalid(
            "no job that this one needs has planned: name one with `terraform: { command: plan }` "
            "of the same directory in its `needs`"
        );
    }
    return conflict(
        "nothing was applied: the plan is not the one that was approved (planned now: " +
        summarize(changes_of(plans_)) + ", " + terms_.digest +
        "; approved: " + join({approved.begin(), approved.end()}, ", ") +
        "). State, backend, configuration, variables, providers or program have changed since, or "
        "the two jobs find them by different variables of their environments: run the whole "
        "workflow again and have the new plan approved"
    );
}

void TerraformTarget::set_terms(const model::DeploymentSpec& spec) {
    const auto& keys = work_.keys();
    terms_.strategy = rollout::Strategy::rolling;
    terms_.rolls_back = false;
    terms_.has_previous = spec.previous_json != "null";
    terms_.service = model::name_terraform_place(keys.folders, keys.workspace);
    terms_.digest = hash_of(plans_);
    terms_.image = terms_.service + " by plan " + terms_.digest;
    terms_.gate_kind = terms_.verify_kind = "terraform";
}

ImageFailure TerraformTarget::explain(const Error& error) const {
    ImageFailure out;
    out.sentence = error.message;
    out.cause = cause_of_terraform(error);
    return out;
}

// ── apply ────────────────────────────────────────────────────────────────────────────────────

Task<EffectOutcome> TerraformTarget::perform(
    EffectKind kind, std::int64_t, execution::StopToken& stop
) {
    if (kind != EffectKind::update) {
        co_return effect_failed(conflict("an apply has no way back: revert the commit and plan"));
    }
    const auto loop = co_await boost::asio::this_coro::executor;
    execution::StopToken own{loop};
    TaskGroup watch{loop, [](const auto& name, const auto& what) {
                        log::error("terraform", {{"task", name}, {"error", what}});
                    }};
    watch.spawn("stop", hand_on(stop, own));
    EffectOutcome outcome = effect_done();
    std::string applied;
    for (const auto& plan : plans_) {
        auto applying = apply(plan, own);
        outcome = co_await std::move(applying);
        if (!outcome.ok) break;
        applied += plan.folder + ": applied. ";
    }
    outcome.reason.insert(0, applied);
    auto ending = watch.stop();
    co_await std::move(ending);
    if (!outcome.ok) co_return outcome;
    auto reading = read_states();
    auto states = co_await std::move(reading);
    if (!states) co_return effect_failed(states.error());
    object_ = *states;
    co_return effect_done(json{{"object", object_}}.dump());
}

/// Done is what exited with 0; what was done of the rest is told.
Task<EffectOutcome> TerraformTarget::apply(const FolderPlan& plan, execution::StopToken& stop) {
    ApplyProgress progress{plan.changes};
    EventSink sink{session_, step_, progress};
    std::vector<std::string> arguments{"apply", "-input=false", "-no-color", "-json"};
    for (auto& one : work_.program().lock_arguments("apply")) arguments.push_back(std::move(one));
    arguments.push_back(plan.file);
    auto running = work_.program().run(step_, plan.folder, std::move(arguments), stop, &sink);
    const auto end = co_await std::move(running);
    if (end && end->status == 0) co_return effect_done();
    EffectOutcome out;
    out.reason = plan.folder + ": " + progress.describe();
    if (!end) {
        out.reason += " " + end.error().message;
    } else {
        out.exit_status = end->status;
        const auto now = session_.parts().clock.now();
        const auto lock = describe_lock(progress.details(), now);
        const auto error = progress.error().empty()
                               ? "it exited with " + std::to_string(end->status)
                               : progress.error();
        out.reason += (out.reason.ends_with('.') ? " " : ": ") + lock.value_or(error);
        if (error.find("stale") != std::string::npos) {
            out.reason += ": the state has changed since; run the whole workflow again";
        }
    }
    if (const auto advice = progress.advise(); !advice.empty()) {
        out.reason += (out.reason.ends_with('.') ? "" : ".") + advice;
    }
    out.excerpt = progress.details();
    co_return out;
}

Task<Result<std::string>> TerraformTarget::read_states() {
    std::vector<std::string> states;
    for (const auto& plan : plans_) {
        auto reading = work_.read_state(plan.folder);
        auto state = co_await std::move(reading);
        if (!state) co_return state;
        states.push_back(std::move(*state));
    }
    co_return join(states, ", ");
}

// ── after a lost runner ──────────────────────────────────────────────────────────────────────

Task<Observation> TerraformTarget::observe(EffectKind, std::int64_t) {
    const bool is_done = std::none_of(plans_.begin(), plans_.end(), [](const FolderPlan& plan) {
        return plan.has_changes;
    });
    if (!is_done) co_return Observation::foreign;
    auto reading = read_states();
    auto states = co_await std::move(reading);
    if (!states) co_return Observation::silent;
    object_ = *states;
    co_return Observation::done;
}

Task<Observation> TerraformTarget::observe_all(const rollout::Effects& effects) {
    const auto* applied = last_done(effects, {EffectKind::update});
    if (applied == nullptr) co_return Observation::done;
    auto observing = observe(EffectKind::update, applied->n);
    co_return co_await std::move(observing);
}

Task<std::string> TerraformTarget::ids_of(EffectKind) {
    co_return json{{"object", object_}}.dump();
}

// ── proof ────────────────────────────────────────────────────────────────────────────────────

Task<GateOutcome> TerraformTarget::watch_candidate() {
    auto reading = read_states();
    const auto states = co_await std::move(reading);
    GateOutcome out;
    out.looks = 1;
    out.passed = states && *states == object_;
    if (!states) out.reason = states.error().message;
    if (states && !out.passed) {
        out.reason = "the state is " + *states + ", and the apply left " + object_ +
                     ": somebody else has written it meanwhile";
    }
    co_return out;
}

Task<GateOutcome> TerraformTarget::watch_public() {
    GateOutcome out;
    for (const auto& plan : plans_) {
        ++out.looks;
        auto planning = work_.differs(step_, plan.folder);
        const auto differs = co_await std::move(planning);
        if (!differs) out.reason = differs.error().message;
        if (differs && *differs) {
            out.reason =
                plan.folder + ": a plan after the apply still wants changes; its log has them";
        }
        if (!out.reason.empty()) co_return out;
    }
    out.passed = true;
    co_return out;
}

Task<Result<Live>> TerraformTarget::read_live() {
    auto reading = read_states();
    auto states = co_await std::move(reading);
    if (!states) co_return states.error();
    Live live;
    live.object = std::move(*states);
    live.digest = terms_.digest;
    live.outputs["changes"] = std::to_string(changes_of(plans_).size());
    co_return live;
}

TargetMaker make_terraform_target(Session& session) {
    return [&session](JobSession&, StepExecutor* place) -> Task<Result<std::unique_ptr<Target>>> {
        if (place == nullptr) co_return invalid("there is no place to run Terraform in");
        co_return std::make_unique<TerraformTarget>(session, *place);
    };
}

}  // namespace triphammer::runner
