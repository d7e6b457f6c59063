// Preflight of the driver `ecs`: everything that can be known before anything is touched.
#include "aws/json_read.hpp"
#include "model/engine_labels.hpp"
#include "runner/aws/task_definition.hpp"
#include "runner/deploy/aws/ecs_target.hpp"
#include "runner/deploy/aws/explain.hpp"
#include "runner/deploy/aws/image.hpp"
#include "runner/session/unless_stopped.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::runner {

using aws::list_at;
using aws::object_at;
using aws::text_at;
using nlohmann::json;

namespace {

/// What the ledger kept of this deployment's effects.
std::string kept_of_effects(const std::string& effects, const char* name) {
    const auto parsed = json::parse(effects, nullptr, false);
    if (!parsed.is_array()) return {};
    std::string out;
    for (const auto& effect : parsed) {
        if (auto text = text_at(object_at(effect, "ids"), name); !text.empty())
            out = std::move(text);
    }
    return out;
}

/// The deploymentConfiguration that the service had before the first effect; null: none was kept.
json kept_configuration(const std::string& effects) {
    const auto parsed = json::parse(effects, nullptr, false);
    if (!parsed.is_array()) return nullptr;
    for (const auto& effect : parsed) {
        const auto& ids = object_at(effect, "ids");
        if (ids.contains("configuration")) return object_at(ids, "configuration");
    }
    return nullptr;
}

const json* find_container(const json& definition, const std::string& name) {
    for (const auto& one : list_at(definition, "containerDefinitions")) {
        if (text_at(one, "name") == name) return &one;
    }
    return nullptr;
}

}  // namespace

std::string label_of(const json& definition, const std::string& container, const char* name) {
    const auto* found = find_container(definition, container);
    return found == nullptr ? std::string{} : text_at(object_at(*found, "dockerLabels"), name);
}

EcsTarget::EcsTarget(
    AwsAccess access, EcsPlan plan, DeployNames names, const Clock& clock, Random& random
)
    : access_{std::move(access)},
      plan_{std::move(plan)},
      names_{std::move(names)},
      clock_{clock},
      random_{random} {}

Task<Result<>> EcsTarget::prepare(
    const model::DeploymentSpec& spec, StepLog& log, execution::StopToken& stop
) {
    auto preparing = unless_stopped(prepare_all(spec), stop);
    auto prepared = co_await std::move(preparing);
    if (!prepared) co_return prepared;
    auto text = "The service " + plan_.service + " of the cluster " + plan_.cluster + " runs " +
                current_ + ".\n";
    const bool is_foreign = current_ != previous_ && definition_.empty();
    if (is_foreign) {
        text +=
            "Somebody else has changed it since the last deployment from here: the way back is " +
            previous_ + ".\n";
    }
    auto telling = log.line(std::move(text));
    co_return co_await std::move(telling);
}

Task<Result<>> EcsTarget::prepare_all(model::DeploymentSpec spec) {
    const bool is_begun = spec.effects_json != "[]";
    auto opening = open_clients();
    if (auto opened = co_await std::move(opening); !opened) co_return opened;
    auto reading = read_service(is_begun);
    if (auto read = co_await std::move(reading); !read) co_return read;
    read_previous(spec);
    auto defining = read_definition(is_begun);
    if (auto defined = co_await std::move(defining); !defined) co_return defined;
    auto pinning = pin_image(access_, plan_.image, clock_, random_);
    auto pinned = co_await std::move(pinning);
    if (!pinned) co_return pinned.error();
    plan_.image = std::move(*pinned);
    describe();
    co_return Result<>{};
}

Task<Result<>> EcsTarget::open_clients() {
    auto ecs = make_client(access_, aws::kEcs, clock_, random_);
    if (!ecs) co_return ecs.error();
    auto elb = make_client(access_, aws::kElb, clock_, random_);
    if (!elb) co_return elb.error();
    ecs_.emplace(std::move(*ecs));
    elb_.emplace(std::move(*elb));
    co_return Result<>{};
}

Task<Result<>> EcsTarget::read_service(bool is_begun) {
    auto getting = aws::get_service(*ecs_, plan_.cluster, plan_.service);
    const auto service = co_await std::move(getting);
    if (!service && service.error().code == Code::not_found) {
        co_return not_found(
            service.error().message + ": look at deploy.cluster (" + plan_.cluster +
            "), deploy.service and AWS_REGION; ECS does not make what is not there"
        );
    }
    if (!service) co_return service.error();
    if (auto checked = check_service(*service, is_begun); !checked) co_return checked;
    configuration_ = object_at(*service, "deploymentConfiguration");
    for (const auto& balancer : list_at(*service, "loadBalancers")) {
        if (auto group = text_at(balancer, "targetGroupArn"); !group.empty())
            groups_.push_back(std::move(group));
        const auto& advanced = object_at(balancer, "advancedConfiguration");
        auto other = text_at(advanced, "alternateTargetGroupArn");
        if (plan_.is_native && other.empty()) {
            co_return invalid(
                "blue-green needs two target groups: give the load balancer of the service " +
                plan_.service +
                " an advancedConfiguration with alternateTargetGroupArn, "
                "productionListenerRule and roleArn, or say strategy: rolling"
            );
        }
        if (plan_.is_native) groups_.push_back(std::move(other));
    }
    if (plan_.is_native && groups_.empty()) {
        co_return invalid(
            "blue-green moves the traffic of a load balancer, and the service " + plan_.service +
            " has none: say strategy: rolling"
        );
    }
    if (auto shifts = check_shift(); !shifts) co_return shifts;
    launch_ = launch_of(*service);
    count_ = aws::number_at(*service, "desiredCount");
    cluster_ = text_at(*service, "clusterArn");
    current_ = aws::primary_of(*service).task_definition;
    co_return Result<>{};
}

Result<> EcsTarget::check_service(const json& service, bool is_begun) const {
    const auto name = "the service " + plan_.service;
    if (const auto status = text_at(service, "status"); status != "ACTIVE")
        return conflict(name + " is " + status + ", not ACTIVE");
    const auto controller = text_at(object_at(service, "deploymentController"), "type");
    if (!controller.empty() && controller != "ECS") {
        return invalid(
            name + " is deployed by " + controller +
            ", which is not supported: give it the "
            "deployment controller ECS, whose own blue/green needs no CodeDeploy"
        );
    }
    if (text_at(service, "schedulingStrategy") == "DAEMON")
        return invalid(name + " has the scheduling strategy DAEMON, which is not supported");
    if (aws::number_at(service, "desiredCount") < 1) {
        return conflict(
            name +
            " wants no tasks (desiredCount 0): nothing would run, and nothing would be "
            "proven. Scale it up first"
        );
    }
    const auto& deployments = list_at(service, "deployments");
    const bool is_busy = std::any_of(deployments.begin(), deployments.end(), [](const json& one) {
        return text_at(one, "rolloutState") == "IN_PROGRESS";
    });
    if (is_busy && !is_begun)
        return conflict(name + " is being changed by somebody else: wait until it is stable");
    return {};
}

/// Shares and how long they stay are the service's own; the time for them is the workflow's.
Result<> EcsTarget::check_shift() const {
    const std::string member = aws::shares_member(plan_.shift);
    if (member.empty()) return {};
    auto shifting = configuration_;
    shifting["strategy"] = plan_.shift;
    if (object_at(configuration_, member.c_str()).empty()) {
        return invalid(
            "the service " + plan_.service + " does not say its shares: give its " +
            "deploymentConfiguration a " + member + ", or say strategy: blue-green"
        );
    }
    const auto own = aws::number_at(configuration_, "bakeTimeInMinutes");
    const auto bake = plan_.bake_minutes > 0 ? plan_.bake_minutes : own;
    const auto needed = std::chrono::minutes{aws::shifting_minutes(shifting) + bake};
    if (plan_.patience.timeout > needed) return {};
    return invalid(
        "ECS takes " + std::to_string(needed.count()) +
        " minutes for its shares and the bake: say " +
        "health: { timeout: " + std::to_string(needed.count() + 15) + "m } at least"
    );
}

/// A runner that was lost has changed the service: what was before stands in our own revision, and
/// its deploymentConfiguration without our pause with the effects.
void EcsTarget::read_previous(const model::DeploymentSpec& spec) {
    definition_ = kept_of_effects(spec.effects_json, "object");
    auto configuration = kept_configuration(spec.effects_json);
    if (configuration.is_object()) configuration_ = std::move(configuration);
    previous_ = kept_of_effects(spec.effects_json, "previous");
    if (previous_.empty()) {
        const auto row = json::parse(spec.previous_json, nullptr, false);
        const auto& ids = object_at(row, "target_ids");
        // The ledger knows a target by the service's name: another cluster may have one like it.
        const bool is_of_here = !cluster_.empty() && text_at(ids, "cluster") == cluster_;
        if (is_of_here) previous_ = text_at(ids, "object");
        previous_digest_ = text_at(row, "digest");
    }
    const bool is_definition = previous_.find(":task-definition/") != std::string::npos;
    if (!is_definition) previous_digest_.clear();
    if (!is_definition) previous_ = current_;
}

Task<Result<>> EcsTarget::read_definition(bool is_begun) {
    const auto name = plan_.task_definition.empty() ? current_ : plan_.task_definition;
    auto getting = aws::get_task_definition(*ecs_, name);
    const auto found = co_await std::move(getting);
    if (!found) co_return with_context("task-definition", found.error());
    auto base = parse_task_definition(found->dump());
    if (!base) co_return base.error();
    base_ = std::move(*base);
    auto fine = check_container();
    if (!fine || !is_begun) co_return fine;
    auto adopting = adopt_ours();
    co_return co_await std::move(adopting);
}

/// What a lost runner has put into the service says itself what was there before.
Task<Result<>> EcsTarget::adopt_ours() {
    auto getting = aws::get_task_definition(*ecs_, current_);
    const auto definition = co_await std::move(getting);
    if (!definition) co_return definition.error();
    if (!has_our_labels(*definition)) co_return Result<>{};
    const auto before = label_of(*definition, plan_.container, kPreviousLabel);
    if (previous_ == current_ && !before.empty()) previous_ = before;
    if (definition_.empty()) definition_ = current_;
    co_return Result<>{};
}

bool EcsTarget::has_our_labels(const json& definition) const {
    const auto has = [&](const char* name, const std::string& value) {
        return label_of(definition, plan_.container, name) == value;
    };
    return has(model::kServerLabel, names_.server_id) &&
           has(model::kDeploymentLabel, names_.deployment);
}

Result<> EcsTarget::check_container() {
    const json definition = json::parse(base_.dump());
    const auto& containers = list_at(definition, "containerDefinitions");
    std::string names;
    for (const auto& one : containers) names += (names.empty() ? "" : ", ") + text_at(one, "name");
    if (plan_.container.empty() && containers.size() == 1)
        plan_.container = text_at(containers.front(), "name");
    const auto* found = find_container(definition, plan_.container);
    if (found == nullptr) {
        return invalid(
            plan_.container.empty()
                ? "the task definition has several containers: say which one with container: " +
                      names
                : "the task definition has no container '" + plan_.container + "', but " + names
        );
    }
    const bool is_checked = !groups_.empty() || !object_at(*found, "healthCheck").empty();
    if (is_checked || plan_.patience.hold.count() > 0) return {};
    return invalid(
        "nothing would tell whether " + plan_.container +
        " works: it has no healthCheck and the service no load balancer. Give it one, or say how "
        "long it must keep running: health: { for: 60s }"
    );
}

void EcsTarget::describe() {
    terms_.strategy = plan_.is_native ? rollout::Strategy::blue_green : rollout::Strategy::rolling;
    terms_.rolls_back = plan_.rolls_back;
    terms_.has_before = !plan_.before.empty();
    terms_.has_previous = !previous_.empty();
    terms_.service = plan_.service;
    terms_.image = plan_.image.by_digest(plan_.image.digest);
    terms_.digest = plan_.image.digest;
    terms_.gate_kind = "ecs";
    terms_.verify_kind = "ecs";
}

ImageFailure EcsTarget::explain(const Error& error) const {
    return explain_aws(error);
}

}  // namespace triphammer::runner
