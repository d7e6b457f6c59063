// `before` at ECS: the command runs once, as a task of the new definition (docs/adr/0069).
#include "aws/json_read.hpp"
#include "base/deadline.hpp"
#include "base/digest.hpp"
#include "runner/deploy/aws/ecs_target.hpp"
#include "runner/deploy/state.hpp"

#include <utility>

namespace triphammer::runner {

using nlohmann::json;

json launch_of(const json& service) {
    auto out = json::object();
    const bool has_providers = !aws::list_at(service, "capacityProviderStrategy").empty();
    for (const auto* name :
         {"launchType", "capacityProviderStrategy", "platformVersion", "networkConfiguration"}) {
        const bool is_other = has_providers && name == std::string_view{"launchType"};
        const bool has_none = !service.contains(name) || service[name].empty();
        if (!is_other && !has_none) out[name] = service[name];
    }
    return out;
}

/// Where the service's own tasks run, with the command in place of the container's.
json EcsTarget::input_for_command(std::int64_t n) const {
    auto input = launch_;
    json container{{"name", plan_.container}};
    container["command"] = json::array({"sh", "-c", plan_.before});
    input["cluster"] = plan_.cluster;
    input["taskDefinition"] = definition_;
    input["count"] = 1;
    input["overrides"]["containerOverrides"] = json::array({std::move(container)});
    input["startedBy"] = "triphammer-d" + names_.deployment;
    // Unique among all servers that use the account, the same for whoever repeats this effect.
    input["clientToken"] = sha256_hex(
        names_.server_id + " " + names_.deployment + " " + std::to_string(n) + " before"
    );
    return input;
}

namespace {

/// It was begun, and nobody saw its end: what a person has to look at.
EffectOutcome not_ended(const std::string& task, const Error& error) {
    auto outcome = effect_failed(error);
    outcome.failure = rollout::Failure::silent;
    outcome.reason = "task " + task + ": " + error.message +
                     ": it may run still. Look at it, stop it where it has to be, then settle";
    return outcome;
}

}  // namespace

Task<EffectOutcome> EcsTarget::run_before(std::int64_t n, execution::StopToken& stop) {
    auto creating = create();
    auto created = co_await std::move(creating);
    created.failure = rollout::Failure::refused;  // the command was not begun
    if (!created.ok) co_return created;
    auto starting = aws::run_task(*ecs_, input_for_command(n));
    auto task = co_await std::move(starting);
    if (!task) co_return effect_failed(task.error());
    auto waiting = wait_for_command(*task, stop);
    const auto end = co_await std::move(waiting);
    if (!end) co_return not_ended(*task, end.error());
    EffectOutcome outcome;
    outcome.ok = end->exit_status == 0 && end->fault.empty();
    outcome.exit_status = end->exit_status.value_or(0);
    outcome.excerpt = end->words;
    outcome.ids_json = ids();
    if (!outcome.ok)
        outcome.reason = "the command before the switch did not end well: " +
                         (end->fault.empty() ? end->words : end->fault);
    co_return outcome;
}

/// Until it has ended: how long that may take is the job's timeout. A stop ends the task, too, and
/// is asked for until ECS has taken it: what was not told to end is not left behind unseen.
Task<Result<aws::CommandEnd>> EcsTarget::wait_for_command(
    std::string task, execution::StopToken& stop
) {
    constexpr int kMostSilences = 12;
    bool is_told = false;
    for (int silences = 0;;) {
        Result<> heard;
        if (stop.requested() && !is_told) {
            auto stopping = aws::stop_task(*ecs_, plan_.cluster, task, stop.why());
            heard = co_await std::move(stopping);
            is_told = heard.has_value();
        }
        auto getting = aws::get_task(*ecs_, plan_.cluster, task);
        const auto found = co_await std::move(getting);
        if (found) {
            auto end = aws::end_of_command(*found, plan_.container, terms_.digest);
            if (end.is_over) co_return end;
        } else {
            heard = found.error();
        }
        silences = heard ? 0 : silences + 1;
        const bool is_lost = !heard && (!is_silence(heard.error()) || silences > kMostSilences);
        if (is_lost) co_return heard.error();
        co_await sleep_for(plan_.patience.interval);
    }
}

}  // namespace triphammer::runner
