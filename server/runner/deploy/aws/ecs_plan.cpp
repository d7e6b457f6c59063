#include "runner/deploy/aws/ecs_plan.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace triphammer::runner {

using std::chrono::milliseconds;
using std::chrono::minutes;

namespace {

constexpr std::int64_t kMostWeight = 999;
constexpr std::size_t kMostGroups = 5;

/// After the first error all others are skipped.
class Reader {
  public:
    Reader(const model::DeploySpec& spec, const Evaluate& evaluate)
        : spec_{spec}, evaluate_{evaluate} {}

    void fail(std::string message) {
        if (!error_) error_ = invalid(std::move(message));
    }

    std::string text(const model::Template& value) {
        if (value.empty() || error_) return {};
        auto out = evaluate_(value);
        if (!out) error_ = out.error();
        return out ? std::move(*out) : std::string{};
    }

    std::string needed(const model::Template& value, const char* key) {
        auto out = text(value);
        if (out.empty()) fail("deploy to " + spec_.to + " needs the key '" + key + "'");
        return out;
    }

    milliseconds duration(const model::Template& value, milliseconds fallback, const char* key) {
        const auto written = text(value);
        if (written.empty()) return fallback;
        const auto parsed = parse_duration(written);
        if (!parsed) fail(std::string{key} + ": '" + written + "' is not a duration (10s, 2m)");
        return parsed.value_or(fallback);
    }

    docker::ImageReference image() {
        auto reference = docker::parse_reference(needed(spec_.image, "image"));
        if (!reference && !error_) error_ = reference.error();
        return reference ? std::move(*reference) : docker::ImageReference{};
    }

    AwsPatience patience() { return patience(spec_.health); }

    /// `out`: what holds where nothing is written.
    AwsPatience patience(const model::HealthSpec& health, AwsPatience out = {}) {
        out.interval =
            std::max(duration(health.interval, out.interval, "interval"), milliseconds{50});
        out.timeout = duration(health.timeout, out.timeout, "timeout");
        out.hold = duration(health.hold, out.hold, "for");
        return out;
    }

    bool rolls_back() {
        const auto& how = spec_.on_failure;
        if (!how.empty() && how != "rollback" && how != "keep")
            fail("on-failure is rollback or keep, not '" + how + "'");
        return how != "keep";
    }

    /// What is the service's or its task definition's own, or not done yet.
    void refuse_others(const std::string& where) {
        const std::pair<bool, const char*> keys[] = {
            {!spec_.ports.empty(), "ports"},
            {!spec_.volumes.empty(), "volumes"},
            {!spec_.networks.empty(), "networks"},
            {!spec_.command.empty(), "command"},
            {!spec_.replicas.empty(), "replicas"},
            {!spec_.switch_by.empty(), "switch"},
            {!spec_.drain.empty(), "drain"},
            {!spec_.keep_previous.empty(), "keep-previous"},
            {!spec_.registry_username.empty(), "credentials"},
        };
        for (const auto& [is_set, key] : keys) {
            if (is_set) fail(std::string{"'"} + key + "' is " + where + ", not the workflow's");
        }
        refuse_probes(spec_.health);
        if (spec_.to != "alb") refuse_probes(spec_.verify);
        refuse_variables(where);
    }

    std::map<std::string, std::int64_t> weights() {
        std::map<std::string, std::int64_t> out;
        std::int64_t sum = 0;
        for (const auto& [name, value] : spec_.weights) {
            const auto weight = parse_integer(text(value));
            if (!weight || *weight < 0 || *weight > kMostWeight)
                fail("weights." + name + " is not a number from 0 to 999");
            out[name] = weight.value_or(0);
            sum += weight.value_or(0);
        }
        if (out.empty()) fail("deploy to alb needs the key 'weights'");
        if (out.size() > kMostGroups) fail("a listener forwards to at most 5 target groups");
        if (sum == 0) fail("all weights are 0: nobody would answer");
        return out;
    }

    std::optional<Error> error() const { return error_; }

  private:
    void refuse_probes(const model::HealthSpec& health) {
        const bool asks = !health.http.empty() || !health.tcp.empty() || !health.command.empty();
        if (!asks) return;
        fail(
            "AWS itself asks for health here, as the target group, the container's healthCheck or "
            "App Runner's health check say: health takes interval, timeout and for"
        );
    }

    void refuse_variables(const std::string& where) {
        for (const auto* pairs : {&spec_.env, &spec_.secrets}) {
            for (const auto& [name, value] : *pairs) {
                if (name.starts_with("AWS_ENDPOINT"))
                    fail("where AWS is says the server's variable AWS_ENDPOINT_URL, not a workflow"
                    );
                if (!name.starts_with("AWS_"))
                    fail(
                        "the variable " + name + " is " + where +
                        ": only AWS_REGION, AWS_ROLE_ARN "
                        "and AWS's keys are given here"
                    );
            }
        }
    }

    const model::DeploySpec& spec_;
    const Evaluate& evaluate_;
    std::optional<Error> error_;
};

}  // namespace

Result<EcsPlan> make_ecs_plan(const model::DeploySpec& spec, const Evaluate& evaluate) {
    Reader in{spec, evaluate};
    EcsPlan out;
    out.cluster = in.text(spec.cluster);
    if (out.cluster.empty()) out.cluster = "default";
    out.service = in.needed(spec.service, "service");
    out.container = in.text(spec.container);
    out.task_definition = in.text(spec.task_definition);
    out.image = in.image();
    out.patience = in.patience();
    out.rolls_back = in.rolls_back();
    out.before = in.text(spec.before);
    in.refuse_others("the task definition's or the service's");
    if (spec.strategy == "canary") out.shift = "CANARY";
    if (spec.strategy == "linear") out.shift = "LINEAR";
    out.is_native = spec.strategy == "blue-green" || out.shift != "BLUE_GREEN";
    const bool is_known = out.is_native || spec.strategy.empty() || spec.strategy == "rolling";
    if (!is_known)
        in.fail(
            "strategy " + spec.strategy +
            " is not one of ecs here; rolling, blue-green, canary and linear are"
        );
    if (!spec.bake.empty() && !out.is_native)
        in.fail("bake needs strategy: blue-green, canary or linear");
    const auto bake = in.duration(spec.bake, milliseconds{0}, "bake");
    out.bake_minutes = std::chrono::ceil<minutes>(bake).count();
    if (in.error()) return *in.error();
    return out;
}

Result<AppRunnerPlan> make_apprunner_plan(const model::DeploySpec& spec, const Evaluate& evaluate) {
    Reader in{spec, evaluate};
    AppRunnerPlan out;
    out.service = in.needed(spec.service, "service");
    out.image = in.image();
    out.patience = in.patience();
    out.rolls_back = in.rolls_back();
    in.refuse_others("App Runner's");
    if (!spec.strategy.empty() && spec.strategy != "rolling")
        in.fail("App Runner has one strategy of its own; leave 'strategy' out");
    if (in.error()) return *in.error();
    return out;
}

Result<RetirePlan> make_retire_plan(const model::DeploySpec& spec, const Evaluate& evaluate) {
    Reader in{spec, evaluate};
    RetirePlan out;
    out.cluster = in.text(spec.cluster);
    if (out.cluster.empty()) out.cluster = "default";
    out.service = in.needed(spec.retire, "retire");
    out.patience = in.patience();
    out.rolls_back = in.rolls_back();
    in.refuse_others("the service's");
    if (in.error()) return *in.error();
    return out;
}

Result<AlbPlan> make_alb_plan(const model::DeploySpec& spec, const Evaluate& evaluate) {
    Reader in{spec, evaluate};
    AlbPlan out;
    out.listener = in.needed(spec.listener, "listener");
    const bool is_arn = out.listener.starts_with("arn:") &&
                        out.listener.find(":elasticloadbalancing:") != std::string::npos &&
                        out.listener.find(":listener") != std::string::npos;
    if (!is_arn)
        in.fail("listener: '" + out.listener + "' is not the ARN of a listener or of its rule");
    out.weights = in.weights();
    out.path = in.text(spec.verify.http);
    const bool is_path = out.path.empty() || out.path.starts_with('/');
    if (!is_path) in.fail("verify.http: '" + out.path + "' is not a path such as /healthz");
    if (!spec.verify.tcp.empty() || !spec.verify.command.empty() || !spec.verify.port.empty())
        in.fail("verify asks the listener itself: of alb it takes http, interval, timeout and for");
    out.verify = in.patience(spec.verify, out.verify);
    out.patience = in.patience(spec.health, out.patience);
    out.rolls_back = in.rolls_back();
    in.refuse_others("what runs behind the load balancer's");
    if (in.error()) return *in.error();
    return out;
}

}  // namespace triphammer::runner
