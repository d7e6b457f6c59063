#include "model/states.hpp"
#include "queue/queue.hpp"
#include "simulation/world.hpp"
#include "store/change_store.hpp"
#include "store/deployment_store.hpp"
#include "store/repository_store.hpp"

#include <map>

namespace triphammer::simulation {

namespace {

plan::PlannedJob make_job(const std::string& key, model::JobKind kind, std::uint64_t seed) {
    plan::PlannedJob job;
    job.definition.key = key;
    job.definition.kind = std::string{name_of(kind)};
    job.name = std::to_string(seed);
    job.definition.name.text = job.name;
    job.kind = kind;
    job.stage = "build";
    job.label = "host";
    job.state = model::JobState::queued;
    return job;
}

}  // namespace

Result<> prepare_database(store::Database& db) {
    return db.write_now([](store::Transaction& tx) -> Result<> {
        store::NewRepository repository;
        repository.full_name = "acme/widget";
        repository.clone_url = "https://localhost/acme/widget";
        repository.hook = "hook";
        repository.hook_secret = "sealed";
        auto added = store::add_repository(tx, repository);
        if (!added) return added.error();
        return {};
    });
}

void World::accept_jobs() {
    plan::PlannedRun planned;
    planned.workflow = planned.path = planned.blob = "ci.yml";
    planned.event = "push";
    planned.ref = "refs/heads/main";
    planned.sha = std::string(40, 'a');
    planned.contexts_json = "{}";
    const bool deploys = context_.dice.once_in(3);
    const auto first_kind = deploys ? model::JobKind::deploy : model::JobKind::steps;
    planned.jobs.push_back(make_job("first", first_kind, context_.dice.below(1U << 30U)));
    if (context_.dice.once_in(2)) {
        const bool is_deploy = deploys && context_.dice.once_in(2);
        const auto kind = is_deploy ? model::JobKind::deploy : model::JobKind::steps;
        auto second = make_job("second", kind, context_.dice.below(1U << 30U));
        second.position = 1;
        if (is_deploy || context_.dice.once_in(2)) {
            second.needs = second.definition.needs = {"first"};
            second.state = model::JobState::blocked;
        }
        planned.jobs.push_back(std::move(second));
    }
    auto made = context_.db.write_now([&](store::Transaction& tx) -> Result<model::RunId> {
        changes_before_ = store::last_change(tx);
        queue::Origin origin;
        origin.repository = store::find_repository_by_name(tx, "acme/widget")->id;
        origin.texts["ci.yml"] = "jobs:";
        plan::Plan plan;
        plan.runs.push_back(planned);
        auto runs = queue::create_runs(tx, origin, plan);
        if (!runs) return runs.error();
        return runs->front();
    });
    if (!made) return context_.violate("the jobs were not accepted: " + made.error().message);
    run_ = *made;
}

// No two living runners with effects for one job.
void World::check_start(Runner& runner) {
    for (const auto& [fence, other] : launcher_.runners()) {
        if (fence == runner.fence() || other->job() != runner.job()) continue;
        if (other->is_working()) {
            context_.violate(
                "runners " + std::to_string(fence) + " and " + std::to_string(runner.fence()) +
                " work at the same job"
            );
        }
    }
}

// What a runner takes for kept is in the tables.
void World::check_acked(const Runner& runner) {
    const auto row = context_.db.read_now([&](store::Connection& db) -> Result<std::int64_t> {
        const auto found = store::find_attempt(db, {runner.fence()});
        return found ? found->acked : -1;
    });
    auto& machine = const_cast<Runner&>(runner).machine();
    if (row && *row >= 0 && static_cast<std::uint64_t>(*row) < machine.acked()) {
        context_.violate("an ack went ahead of its commit");
    }
}

void World::check_end() {
    std::map<std::int64_t, int> endings;
    std::vector<store::JobRow> jobs;
    std::vector<store::AttemptRow> attempts;
    auto done = context_.db.read_now([&](store::Connection& db) -> Result<bool> {
        for (const auto& change : store::list_changes(db, changes_before_, 1000)) {
            const auto state = model::parse_state<model::JobState>(change.to_state);
            if (change.subject == "job" && state && is_final(*state)) ++endings[change.id];
        }
        jobs = store::list_jobs(db, run_);
        for (const auto& job : jobs) {
            for (auto& attempt : store::list_attempts(db, job.id)) {
                attempts.push_back(std::move(attempt));
            }
        }
        return true;
    });
    if (!done) context_.violate(done.error().message);
    for (const auto& job : jobs) {
        const auto times = endings[job.id.value];
        if (times != 1) {
            context_.violate("job " + job.key + " ended " + std::to_string(times) + " times");
        }
        check_job(job);
    }
    for (const auto& attempt : attempts) check_attempt(attempt);
    if (!context_.outside.objects.empty()) context_.violate("an object of a job was left behind");
    for (const auto& [idem, times] : context_.outside.executions) {
        if (times != 1) context_.violate("an effect was done " + std::to_string(times) + " times");
    }
}

void World::check_job(const store::JobRow& job) {
    if (!is_final(job.state)) return context_.violate("job " + job.key + " has no final state");
    // The daemon, the launcher and the network may die as they like: the build does not notice.
    const bool is_excused =
        context_.has_killed_runner || context_.has_jumped || context_.has_cancelled;
    if (is_excused || job.state == model::JobState::skipped) return;
    if (job.kind == model::JobKind::deploy) return check_deployment(job);
    const auto script = make_script(std::stoull(job.name));
    if (job.state != script.result) {
        context_.violate(
            "job " + job.key + " is " + std::string{name_of(job.state)} + ", its script says " +
            std::string{name_of(script.result)} + ": " + job.reason
        );
    }
}

void World::check_deployment(const store::JobRow& job) {
    const auto row = context_.db.read_now([&](store::Connection& db) {
        return Result<store::DeploymentRow>{*store::find_deployment_of_job(db, job.id)};
    });
    const bool has_previous = static_cast<bool>(row->previous);
    const auto expected = expect_deployment(std::stoull(job.name), has_previous);
    if (row->state == expected) return;
    context_.violate(
        "the deployment is " + std::string{name_of(row->state)} + ", its script says " +
        std::string{name_of(expected)} + ": " + row->reason
    );
}

// An attempt that ended by its runner's word has every byte of its log.
void World::check_attempt(const store::AttemptRow& attempt) {
    const auto fence = attempt.fence.value;
    if (!is_final(attempt.state)) return context_.violate("an attempt is open");
    if (!attempt.swept) context_.violate("an attempt was not swept");
    const auto found = launcher_.runners().find(fence);
    if (found == launcher_.runners().end()) return;
    auto& runner = *found->second;
    const bool is_whole = runner.has_ended() &&
                          static_cast<std::uint64_t>(attempt.acked) == runner.machine().spool_end();
    if (runner.is_finished() && !is_whole) {
        context_.violate("a runner was told that its end is kept, and it is not");
    }
    if (is_whole && attempt.cause == model::Cause::lost_runner) {
        context_.violate("a runner is lost although its end is kept");
    }
    if (!is_whole) return;
    const auto& truth = context_.disk.truth;
    for (auto at = truth.lower_bound({fence, 0}); at != truth.end() && at->first.first == fence;
         ++at) {
        const auto log = context_.disk.logs.find(at->first);
        if (log == context_.disk.logs.end() || log->second != at->second) {
            context_.violate("the log of a step is not what it wrote");
        }
    }
}

}  // namespace triphammer::simulation
