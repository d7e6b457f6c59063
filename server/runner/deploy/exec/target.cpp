#include "runner/deploy/exec/target.hpp"

#include "docker/reference.hpp"
#include "runner/deploy/state.hpp"

#include <boost/asio/this_coro.hpp>
#include <nlohmann/json.hpp>

#include <utility>

namespace triphammer::runner {

using nlohmann::json;
using rollout::EffectKind;
using rollout::Observation;

namespace {

/// Of one start of the program; the job's own time limit ends it earlier.
constexpr std::chrono::hours kMostTime{6};
/// The way back goes on when the job is told to stop, but not for ever.
constexpr std::chrono::minutes kMostTimeBack{30};

std::string text_in(const json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    const bool is_text = object.is_object() && found != object.end() && found->is_string();
    return is_text ? found->get<std::string>() : std::string{};
}

/// What the ledger knows of before, in the words of the contract.
std::string previous_of(const model::DeploymentSpec& spec) {
    const auto previous = json::parse(spec.previous_json, nullptr, false);
    if (!previous.is_object()) return "null";
    const auto ids = previous.find("target_ids");
    const json out{
        {"deployment", text_in(previous, "id")},
        {"image", text_in(previous, "image")},
        {"version", text_in(previous, "digest")},
        {"object", ids == previous.end() ? std::string{} : text_in(*ids, "object")},
    };
    return out.dump();
}

/// What an attempt before this one has made.
std::string object_in(const model::DeploymentSpec& spec) {
    std::string out;
    const auto effects = json::parse(spec.effects_json, nullptr, false);
    if (!effects.is_array()) return out;
    for (const auto& effect : effects) {
        if (!effect.is_object() || !effect.contains("ids")) continue;
        const auto object = text_in(effect["ids"], "object");
        if (!object.empty()) out = object;
    }
    return out;
}

GateOutcome gate_of(const Result<ExecAnswer>& answer, const std::string& version) {
    GateOutcome out;
    out.looks = 1;
    if (!answer) {
        out.reason = answer.error().message;
    } else if (answer->state != "live") {
        out.reason = "the program says that it is not live: " + answer->reason;
    } else if (answer->version != version) {
        out.reason = "the program found the version " + answer->version + " live, not " + version;
    } else {
        out.passed = true;
    }
    return out;
}

Observation observation_of(const Result<ExecAnswer>& answer) {
    if (!answer) {
        const bool says_nothing =
            answer.error().code == Code::cancelled || is_silence(answer.error());
        return says_nothing ? Observation::silent : Observation::foreign;
    }
    if (answer->state == "done") return Observation::done;
    if (answer->state == "not-begun") return Observation::not_begun;
    return answer->state == "in-flight" ? Observation::in_flight : Observation::foreign;
}

}  // namespace

Task<Result<>> ExecTarget::prepare(
    const model::DeploymentSpec& spec, StepLog&, execution::StopToken& stop
) {
    if (place_.folders().in_container) {
        const auto& to = session_.document().job.deploy->to;
        co_return invalid("deploy to " + to + " runs on the machine: say runs-on: host");
    }
    if (auto read = read_terms(spec); !read) co_return read;
    auto making = make_program();
    auto made = co_await std::move(making);
    if (!made) co_return made.error();
    program_ = std::move(*made);
    auto asking = ask(ExecAction::preflight, 0, stop);
    const auto answer = co_await std::move(asking);
    if (!answer) co_return answer.error();
    observes_ = answer->observes;
    if (answer->state == "ready") co_return Result<>{};
    co_return invalid("the program refuses to deploy: " + answer->reason);
}

Task<Result<std::unique_ptr<Program>>> ExecTarget::make_program() {
    auto environment = read_environment();
    if (!environment) co_return environment.error();
    auto script = session_.evaluate(session_.document().job.deploy->run);
    if (!script) co_return script.error();
    auto fetching = session_.fetch_source(step_);
    if (auto fetched = co_await std::move(fetching); !fetched) co_return fetched.error();
    co_return std::make_unique<ExecProgram>(
        session_, place_, std::move(*script), std::move(*environment)
    );
}

Result<> ExecTarget::read_terms(const model::DeploymentSpec& spec) {
    const auto& document = session_.document();
    const auto& deploy = *document.job.deploy;
    auto service = session_.evaluate(deploy.service);
    if (!service) return service.error();
    auto image = session_.evaluate(deploy.image);
    if (!image) return image.error();
    terms_.strategy = rollout::Strategy::rolling;
    terms_.rolls_back = deploy.on_failure != "keep";
    terms_.has_previous = spec.previous_json != "null";
    terms_.service = *service;
    terms_.image = *image;
    terms_.digest = document.source.sha;
    terms_.gate_kind = terms_.verify_kind = deploy.to;
    if (!image->empty()) {
        const auto reference = docker::parse_reference(*image);
        if (!reference) return reference.error();
        if (reference->digest.empty()) {
            return invalid(
                "image: '" + *image +
                "' may be another one tomorrow: give it by digest, the output `ref` of a job with "
                "`image` say"
            );
        }
        terms_.digest = reference->digest;
    }
    request_.deployment = document.deployment.id;
    request_.repository = document.source.repository;
    request_.environment = spec.environment;
    request_.service = terms_.service;
    request_.sha = document.source.sha;
    request_.image = terms_.image;
    request_.version = terms_.digest;
    request_.object = object_in(spec);
    request_.previous_json = previous_of(spec);
    if (terms_.image.empty()) terms_.image = terms_.service + " at " + terms_.digest;
    return {};
}

Result<std::vector<std::string>> ExecTarget::read_environment() const {
    const auto& document = session_.document();
    const auto& deploy = *document.job.deploy;
    std::vector<std::string> out;
    for (const auto* pairs :
         {&document.workflow_env, &document.job.env, &deploy.env, &deploy.secrets}) {
        for (const auto& [name, value] : *pairs) {
            if (name.empty()) return invalid("env: an expression that gives a map is not for exec");
            auto text = session_.evaluate(value);
            if (!text) return with_context("env." + name, text.error());
            out.push_back(name + "=" + *text);
        }
    }
    return out;
}

ImageFailure ExecTarget::explain(const Error& error) const {
    ImageFailure out;
    out.sentence = error.message;
    const bool is_told = error.code == Code::invalid || error.code == Code::protocol;
    if (is_told) out.cause = model::Cause::invalid;
    return out;
}

// ── questions ────────────────────────────────────────────────────────────────────────────────

Task<Result<ExecAnswer>> ExecTarget::ask(
    ExecAction action, std::int64_t n, execution::StopToken& stop
) {
    auto request = request_;
    request.action = action;
    if (n > 0) request.key = rollout::make_idem(deployment_id(session_.document().deployment), n);
    const bool is_back = action == ExecAction::rollback;
    auto asking = program_->ask(
        request,
        step_,
        is_back ? std::chrono::milliseconds{kMostTimeBack} : std::chrono::milliseconds{kMostTime},
        stop
    );
    co_return co_await std::move(asking);
}

Task<Result<ExecAnswer>> ExecTarget::ask(ExecAction action, std::int64_t n) {
    auto asking = ask(action, n, session_.stop());
    co_return co_await std::move(asking);
}

Task<EffectOutcome> ExecTarget::perform(
    EffectKind kind, std::int64_t n, execution::StopToken& stop
) {
    if (kind == EffectKind::update) {
        auto asking = ask(ExecAction::deploy, n, stop);
        co_return take_deployed(co_await std::move(asking));
    }
    // A job that was told to stop goes back all the same.
    const auto loop = co_await boost::asio::this_coro::executor;
    execution::StopToken own{loop};
    auto asking = ask(ExecAction::rollback, n, own);
    const auto answer = co_await std::move(asking);
    if (!answer) co_return effect_failed(answer.error());
    if (answer->state == "done") co_return effect_done();
    co_return effect_failed(conflict("the program cannot go back: " + answer->reason));
}

EffectOutcome ExecTarget::take_deployed(const Result<ExecAnswer>& answer) {
    if (!answer) return effect_failed(answer.error());
    if (answer->state != "done") {
        return effect_failed(conflict("the program says that it failed: " + answer->reason));
    }
    request_.object = answer->object;
    return effect_done(json{{"object", answer->object}}.dump());
}

bool ExecTarget::is_observable(EffectKind kind) const {
    return observes_ && rollout::is_observable(kind);
}

Task<Observation> ExecTarget::observe(EffectKind kind, std::int64_t n) {
    if (!is_observable(kind)) co_return Observation::foreign;
    // Of the way back nothing is asked: it may be done twice.
    if (kind != EffectKind::update) co_return Observation::not_begun;
    auto asking = ask(ExecAction::observe, n);
    const auto answer = co_await std::move(asking);
    if (answer && !answer->object.empty()) request_.object = answer->object;
    co_return observation_of(answer);
}

Task<Observation> ExecTarget::observe_all(const rollout::Effects& effects) {
    const auto* last = last_done(effects, {EffectKind::update});
    if (last == nullptr) co_return Observation::done;
    const auto before = request_.object;
    auto observing = observe(EffectKind::update, last->n);
    const auto seen = co_await std::move(observing);
    const bool is_same = request_.object == before;
    co_return is_same || seen == Observation::silent ? seen : Observation::foreign;
}

Task<std::string> ExecTarget::ids_of(EffectKind kind) {
    const auto is_made = kind == EffectKind::update && !request_.object.empty();
    co_return is_made ? json{{"object", request_.object}}.dump() : "{}";
}

// ── proof ────────────────────────────────────────────────────────────────────────────────────

Task<GateOutcome> ExecTarget::watch_candidate() {
    GateOutcome out;
    out.passed = true;
    co_return out;
}

Task<GateOutcome> ExecTarget::watch_public() {
    auto asking = ask(ExecAction::verify, 0);
    const auto answer = co_await std::move(asking);
    if (answer) live_ = *answer;
    co_return gate_of(answer, request_.version);
}

Task<Result<Live>> ExecTarget::read_live() {
    Live live;
    live.object = live_.object;
    live.digest = live_.version;
    co_return live;
}

}  // namespace triphammer::runner
