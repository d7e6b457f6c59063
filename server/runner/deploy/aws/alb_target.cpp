#include "runner/deploy/aws/alb_target.hpp"

#include "aws/elb.hpp"
#include "aws/json_read.hpp"
#include "base/deadline.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"
#include "http/client.hpp"
#include "runner/deploy/aws/explain.hpp"
#include "runner/deploy/aws/found.hpp"
#include "runner/deploy/aws/looking.hpp"
#include "runner/session/unless_stopped.hpp"

#include <utility>

namespace triphammer::runner {

using aws::Judgement;
using nlohmann::json;
using rollout::EffectKind;
using rollout::Observation;

namespace {

constexpr std::chrono::seconds kProbeLimit{10};

/// arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID
std::string name_of_group(const std::string& arn) {
    const auto parts = split(arn, '/');
    return parts.size() < 2 ? arn : std::string{parts[1]};
}

std::string region_of(const std::string& arn) {
    constexpr std::size_t kRegion = 3;
    const auto parts = split(arn, ':');
    return parts.size() <= kRegion ? std::string{} : std::string{parts[kRegion]};
}

Judgement judge_answer(const Result<http::Answer>& answer) {
    using enum Judgement::Progress;
    if (!answer) return {going_on, "the listener does not answer: " + answer.error().message};
    const auto status = std::to_string(answer->status);
    if (answer->status >= 200 && answer->status < 300) return {done, "answered " + status};
    return {going_on, "the listener answers with " + status};
}

}  // namespace

std::string words_of(const aws::Weights& weights) {
    std::vector<std::string> out;
    for (const auto& [group, weight] : weights)
        out.push_back(name_of_group(group) + " " + std::to_string(weight));
    return join(out, ", ");
}

AlbTarget::AlbTarget(AwsAccess access, AlbPlan plan, const Clock& clock, Random& random)
    : access_{std::move(access)}, plan_{std::move(plan)}, clock_{clock}, random_{random} {}

ImageFailure AlbTarget::explain(const Error& error) const {
    return explain_aws(error);
}

// ── preflight ────────────────────────────────────────────────────────────────────────────────

Task<Result<>> AlbTarget::prepare(
    const model::DeploymentSpec& spec, StepLog& log, execution::StopToken& stop
) {
    auto preparing = unless_stopped(prepare_all(spec), stop);
    auto prepared = co_await std::move(preparing);
    if (!prepared) co_return prepared;
    auto text = "Now: " + words_of(aws::weights_of(found_).value()) + ". That is the way back.\n";
    if (const auto seconds = aws::stickiness_of(found_); seconds != 0) {
        text +=
            "Stickiness is on: clients that were here before stay with their target group for " +
            std::to_string(seconds) + " s, whatever the weights say.\n";
    }
    auto telling = log.line(std::move(text));
    co_return co_await std::move(telling);
}

Task<Result<>> AlbTarget::prepare_all(model::DeploymentSpec spec) {
    if (const auto region = region_of(plan_.listener); region != access_.region)
        co_return invalid(
            "the listener is in " + region + ", and AWS_REGION says " + access_.region
        );
    auto client = make_client(access_, aws::kElb, clock_, random_);
    if (!client) co_return client.error();
    elb_.emplace(std::move(*client));
    found_ = found_of_effects(spec.effects_json);
    may_be_sent_ = !found_.is_null();
    auto grouping = read_groups();
    if (auto read = co_await std::move(grouping); !read) co_return read;
    auto reading = read_routing();
    if (auto read = co_await std::move(reading); !read) co_return read;
    auto opening = read_doorway();
    if (auto read = co_await std::move(opening); !read) co_return read;
    describe();
    if (may_be_sent_) co_return Result<>{};
    auto looking = look_at_receivers();
    const auto seen = co_await std::move(looking);
    if (!seen) co_return seen.error();
    if (seen->progress != Progress::done) co_return conflict(seen->words);
    co_return Result<>{};
}

Task<Result<>> AlbTarget::read_groups() {
    std::vector<std::string> names;
    for (const auto& [name, weight] : plan_.weights) names.push_back(name);
    auto finding = aws::find_target_groups(*elb_, std::move(names));
    const auto groups = co_await std::move(finding);
    if (!groups && groups.error().code == Code::not_found) {
        co_return not_found(groups.error().message + ": look at deploy.weights and AWS_REGION");
    }
    if (!groups) co_return groups.error();
    auto at = groups->begin();
    for (const auto& [name, weight] : plan_.weights) {
        const bool is_new = weights_.emplace(at->arn, weight).second;
        if (!is_new) co_return invalid("weights names " + at->arn + " twice");
        ++at;
    }
    co_return Result<>{};
}

Task<Result<>> AlbTarget::read_routing() {
    auto getting = aws::get_routing(*elb_, plan_.listener);
    const auto routing = co_await std::move(getting);
    if (!routing && routing.error().code == Code::not_found) {
        co_return not_found(routing.error().message + ": look at deploy.listener and AWS_REGION");
    }
    if (!routing) co_return routing.error();
    if (auto checked = check_routing(*routing); !checked) co_return checked;
    if (found_.is_null()) found_ = routing->actions;
    wanted_ = aws::with_weights(found_, weights_);
    host_ = routing->host;
    co_return Result<>{};
}

Result<> AlbTarget::check_routing(const aws::Routing& routing) const {
    if (routing.is_default)
        return invalid("this rule is the listener's default: write the ARN of the listener itself");
    const auto now = aws::weights_of(routing.actions);
    if (!now) return with_context(plan_.listener, now.error());
    for (const auto& [group, weight] : *now) {
        if (weights_.count(group) != 0) continue;
        return invalid(
            "the listener also leads to " + name_of_group(group) + " (" + std::to_string(weight) +
            "): say its weight, too, 0 for no traffic"
        );
    }
    return {};
}

Task<Result<>> AlbTarget::read_doorway() {
    if (plan_.path.empty()) co_return Result<>{};
    auto getting = aws::get_doorway(*elb_, aws::listener_of(plan_.listener));
    auto doorway = co_await std::move(getting);
    if (!doorway) co_return doorway.error();
    if (doorway->tls) {
        co_return invalid(
            "verify.http: the listener speaks HTTPS with a certificate for another name than the "
            "load balancer's own: ask your page in a job after this one, or leave verify out"
        );
    }
    doorway_ = std::move(*doorway);
    co_return Result<>{};
}

void AlbTarget::describe() {
    terms_.strategy = rollout::Strategy::rolling;
    terms_.rolls_back = plan_.rolls_back;
    terms_.has_previous = true;
    terms_.service = plan_.listener;
    terms_.digest = digest_of(aws::canonical(wanted_));
    terms_.remark = "weights " + words_of(weights_) + " to " + plan_.listener;
    terms_.gate_kind = "alb";
    terms_.verify_kind = doorway_ ? "http" : "alb";
    terms_.found_json = found_.dump();
}

/// A listener has no digest: what is to be proven is where it leads.
std::string AlbTarget::digest_of(const std::string& actions) const {
    return "sha256:" + sha256_hex(plan_.listener + "\n" + actions);
}

std::string AlbTarget::ids() const {
    const json ids{
        {"object", words_of(weights_)},
        {"listener", plan_.listener},
        {"previous", words_of(aws::weights_of(found_).value())},
    };
    return ids.dump();
}

Task<std::string> AlbTarget::ids_of(EffectKind) {
    co_return ids();
}

// ── effects ──────────────────────────────────────────────────────────────────────────────────

Task<Result<std::string>> AlbTarget::read() {
    auto getting = aws::get_routing(*elb_, plan_.listener);
    const auto routing = co_await std::move(getting);
    if (!routing) co_return routing.error();
    co_return aws::canonical(routing->actions);
}

Task<EffectOutcome> AlbTarget::perform(EffectKind kind, std::int64_t, execution::StopToken&) {
    return kind == EffectKind::update ? update() : restore();
}

Task<EffectOutcome> AlbTarget::update() {
    auto reading = read();
    const auto now = co_await std::move(reading);
    if (!now) co_return effect_failed(now.error());
    if (*now != aws::canonical(found_)) {
        co_return effect_failed(
            conflict("somebody else has changed the listener since it was read: nothing was sent")
        );
    }
    if (*now == aws::canonical(wanted_)) co_return effect_done(ids());
    may_be_sent_ = true;
    auto putting = aws::put_actions(*elb_, plan_.listener, wanted_);
    const auto put = co_await std::move(putting);
    if (!put) co_return effect_failed(put.error());
    co_return effect_done(ids());
}

Task<EffectOutcome> AlbTarget::restore() {
    auto reading = read();
    const auto now = co_await std::move(reading);
    if (!now) co_return effect_failed(now.error());
    const json outcome{{"restored", words_of(aws::weights_of(found_).value())}};
    const bool is_back = *now == aws::canonical(found_);
    if (is_back || !may_be_sent_) co_return effect_done(is_back ? outcome.dump() : "{}");
    if (*now != aws::canonical(wanted_)) {
        co_return effect_failed(
            conflict("somebody else has changed the listener meanwhile: it is left as it is")
        );
    }
    auto putting = aws::put_actions(*elb_, plan_.listener, found_);
    const auto put = co_await std::move(putting);
    if (!put) co_return effect_failed(put.error());
    auto watching = watch(&AlbTarget::look_back, plan_.patience);
    const auto gate = co_await std::move(watching);
    if (!gate.passed) co_return effect_failed(conflict(gate.reason));
    co_return effect_done(outcome.dump());
}

// ── reading ──────────────────────────────────────────────────────────────────────────────────

Task<Observation> AlbTarget::observe(EffectKind kind, std::int64_t) {
    auto reading = read();
    const auto now = co_await std::move(reading);
    if (!now) co_return observation_of(now.error());
    const auto wanted = aws::canonical(kind == EffectKind::update ? wanted_ : found_);
    const auto before = aws::canonical(kind == EffectKind::update ? found_ : wanted_);
    if (*now == wanted) co_return Observation::done;
    co_return *now == before ? Observation::not_begun : Observation::foreign;
}

Task<Observation> AlbTarget::observe_all(const rollout::Effects& effects) {
    const auto* last = last_done(effects, {EffectKind::update, EffectKind::restore});
    if (last == nullptr) co_return Observation::done;
    auto observing = observe(last->kind, last->n);
    co_return co_await std::move(observing);
}

Task<GateOutcome> AlbTarget::watch_candidate() {
    auto watching = watch(&AlbTarget::look_at_weights, plan_.patience);
    co_return co_await std::move(watching);
}

Task<GateOutcome> AlbTarget::watch_public() {
    auto watching = watch(&AlbTarget::look_through, plan_.verify);
    co_return co_await std::move(watching);
}

Task<GateOutcome> AlbTarget::watch(Look look, AwsPatience patience) {
    Looking looking{patience, clock_.instant()};
    for (;;) {
        auto asking = (this->*look)();
        const auto seen = co_await std::move(asking);
        looking.add(seen, clock_.instant());
        if (looking.is_over()) co_return looking.outcome();
        co_await sleep_for(patience.interval);
    }
}

Task<AlbTarget::Looked> AlbTarget::look_at_weights() {
    auto reading = read();
    const auto now = co_await std::move(reading);
    if (!now) co_return now.error();
    if (*now == aws::canonical(wanted_)) {
        auto looking = look_at_receivers();
        auto seen = co_await std::move(looking);
        // Users are led there: no time for it to get well.
        if (seen && seen->progress != Progress::done) seen->progress = Progress::failed;
        co_return seen;
    }
    if (*now == aws::canonical(found_))
        co_return Judgement{Progress::going_on, "the listener does not show the weights yet"};
    co_return Judgement{Progress::failed, "somebody else has changed the listener"};
}

/// Each group that is to get traffic has a healthy target.
Task<AlbTarget::Looked> AlbTarget::look_at_receivers() {
    for (const auto& [group, weight] : weights_) {
        if (weight == 0) continue;
        auto asking = aws::get_target_states(*elb_, group);
        const auto states = co_await std::move(asking);
        if (!states) co_return states.error();
        if (states->healthy > 0) continue;
        auto words = name_of_group(group) + " is to get traffic and has no healthy target (" +
                     states->words + ")";
        if (states->going > 0)
            words +=
                ": a group that no listener knows is not checked; deploy it with weight 0 first";
        co_return Judgement{Progress::going_on, std::move(words)};
    }
    co_return Judgement{Progress::done, "the weights are as asked, with healthy targets"};
}

/// The listener leads as asked, and answers.
Task<AlbTarget::Looked> AlbTarget::look_through() {
    auto looking = look_at_weights();
    auto seen = co_await std::move(looking);
    if (!seen || seen->progress != Progress::done || !doorway_) co_return seen;
    http::Endpoint endpoint;
    endpoint.host = doorway_->host;
    endpoint.port = doorway_->port;
    endpoint.authority = host_.empty() ? doorway_->host : host_;
    http::Call call{http::Method::get, plan_.path};
    call.deadline = kProbeLimit;
    const http::Client client{std::move(endpoint)};
    auto asking = client.send(std::move(call));
    const auto answer = co_await std::move(asking);
    co_return judge_answer(answer);
}

Task<AlbTarget::Looked> AlbTarget::look_back() {
    auto reading = read();
    const auto now = co_await std::move(reading);
    if (!now) co_return now.error();
    if (*now == aws::canonical(found_)) co_return Judgement{Progress::done, "as it was"};
    if (*now == aws::canonical(wanted_))
        co_return Judgement{Progress::going_on, "the listener still leads the new way"};
    co_return Judgement{Progress::failed, "somebody else has changed the listener"};
}

Task<Result<Live>> AlbTarget::read_live() {
    auto getting = aws::get_routing(*elb_, plan_.listener);
    const auto routing = co_await std::move(getting);
    if (!routing) co_return routing.error();
    const auto weights = aws::weights_of(routing->actions);
    if (!weights) co_return weights.error();
    Live live;
    live.object = words_of(*weights);
    live.digest = digest_of(aws::canonical(routing->actions));
    live.outputs = {{"listener", plan_.listener}, {"weights", live.object}};
    co_return live;
}

}  // namespace triphammer::runner
