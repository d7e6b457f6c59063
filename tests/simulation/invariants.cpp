#include "model/states.hpp"
#include "queue/queue.hpp"
#include "simulation/world.hpp"
#include "store/deployments/deployment_listing.hpp"
#include "store/deployments/deployment_store.hpp"
#include "store/repository_store.hpp"
#include "store/sqlite/change_store.hpp"

#include <map>
#include <utility>

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

// Several may deploy to the one target of a schedule, from two environments.
plan::PlannedJob make_deploy_job(const std::string& key, std::uint64_t seed, std::uint64_t target) {
    auto job = make_job(key, model::JobKind::deploy, seed);
    job.environment = seed % 3 == 0 ? "staging" : "production";
    job.definition.deploy = model::DeploySpec{};
    job.definition.deploy->to = "container";
    job.definition.deploy->service.text = "web-" + std::to_string(target);
    return job;
}

void need(plan::PlannedJob& job, const std::string& key) {
    job.needs = job.definition.needs = {key};
    job.state = model::JobState::blocked;
}

}  // namespace

std::vector<plan::PlannedJob> World::make_jobs() {
    auto& dice = context_.dice;
    const auto seed = [&dice] { return dice.below(1U << 30U); };
    const auto target = seed();
    deploys_ = dice.once_in(3);
    std::vector<plan::PlannedJob> jobs;
    const auto add = [&](const std::string& key, bool is_deploy) -> plan::PlannedJob& {
        jobs.push_back(
            is_deploy ? make_deploy_job(key, seed(), target)
                      : make_job(key, model::JobKind::steps, seed())
        );
        jobs.back().position = static_cast<int>(jobs.size()) - 1;
        return jobs.back();
    };
    add("first", deploys_);
    if (dice.once_in(2)) {
        auto& second = add("second", deploys_ && dice.once_in(2));
        if (dice.once_in(2)) need(second, "first");
    }
    if (deploys_ && dice.once_in(2)) add("third", true);
    return jobs;
}

void World::accept_jobs() {
    plan::PlannedRun planned;
    planned.workflow = planned.path = planned.blob = "ci.yml";
    planned.event = "push";
    planned.ref = "refs/heads/main";
    planned.sha = std::string(40, 'a');
    planned.contexts_json = "{}";
    planned.jobs = make_jobs();
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
        // A person may begin a job again whose runner was given up and never proven dead.
        const bool is_given_up =
            context_.lost.count(fence) > 0 && context_.began_again.count(runner.job()) > 0;
        // One that has said its end has no more to do.
        if (other->is_working() && !other->has_ended() && !is_given_up) {
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
    std::vector<store::JobRow> jobs;
    std::vector<store::AttemptRow> attempts;
    auto done = context_.db.read_now([&](store::Connection& db) -> Result<bool> {
        jobs = store::list_jobs(db, run_);
        for (const auto& job : jobs) {
            for (auto& attempt : store::list_attempts(db, job.id)) {
                attempts.push_back(std::move(attempt));
            }
        }
        return true;
    });
    if (!done) context_.violate(done.error().message);
    check_endings(jobs);
    for (const auto& job : jobs) check_job(job);
    for (const auto& attempt : attempts) check_attempt(attempt);
    if (!context_.outside.objects.empty()) context_.violate("an object of a job was left behind");
    for (const auto& [idem, times] : context_.outside.executions) {
        if (times != 1) context_.violate("an effect was done " + std::to_string(times) + " times");
    }
}

// Once, and once more for each time that it began again; so with its deployments.
void World::check_endings(const std::vector<store::JobRow>& jobs) {
    std::map<std::int64_t, int> endings;
    std::map<std::int64_t, int> beginnings;
    std::map<std::int64_t, int> deployments;
    auto done = context_.db.read_now([&](store::Connection& db) -> Result<bool> {
        for (const auto& change : store::list_changes(db, changes_before_, 10'000)) {
            const auto state = model::parse_state<model::JobState>(change.to_state);
            if (change.subject != "job" || !state) continue;
            if (is_final(*state)) ++endings[change.id];
            const auto from = model::parse_state<model::JobState>(change.from_state);
            if (!from || (is_final(*from) && !is_final(*state))) ++beginnings[change.id];
        }
        for (const auto& row : store::list_deployments(db, {}, {.limit = 100}).rows) {
            ++deployments[row.job.value];
        }
        return true;
    });
    if (!done) context_.violate(done.error().message);
    for (const auto& job : jobs) {
        const auto id = job.id.value;
        const auto begun = std::to_string(beginnings[id]) + " times and ";
        if (endings[id] != beginnings[id]) {
            const auto ended = "ended " + std::to_string(endings[id]);
            context_.violate("job " + job.key + " began " + begun + ended);
        }
        if (deployments[id] > beginnings[id]) {
            const auto deployed = "deployed " + std::to_string(deployments[id]);
            context_.violate("job " + job.key + " began " + begun + deployed);
        }
    }
}

void World::check_job(const store::JobRow& job) {
    if (!is_final(job.state)) return context_.violate("job " + job.key + " has no final state");
    // The daemon, the launcher and the network may die as they like: the build does not notice.
    const bool is_excused = context_.has_killed_runner || context_.has_jumped ||
                            context_.has_cancelled || context_.has_frozen;
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
    const bool was_unknown = context_.settled.count(row->id.value) > 0;
    if ((was_unknown ? model::DeploymentState::unknown : row->state) == expected) return;
    context_.violate(
        "the deployment is " + std::string{name_of(row->state)} + ", its script says " +
        std::string{name_of(expected)} + ": " + row->reason
    );
}

// Nobody waits for a lock that is free, or behind a later one; who waits holds no worker.
void World::check_locks() {
    auto checked = context_.db.read_now([this](store::Connection& db) -> Result<bool> {
        const auto last = store::last_change(db);
        if (std::exchange(changes_seen_, last) == last) return true;
        for (const auto& job : store::list_jobs(db, run_)) {
            const auto row = store::find_deployment_of_job(db, job.id);
            if (!row) continue;
            const bool is_open = row->state == model::DeploymentState::pending ||
                                 row->state == model::DeploymentState::running;
            if (is_open && is_final(job.state)) {
                context_.violate("a deployment is open although its job has ended");
            }
            if (job.state == model::JobState::waiting) check_waiting(db, *row);
        }
        return true;
    });
    if (!checked) context_.violate(checked.error().message);
}

void World::check_waiting(store::Connection& db, const store::DeploymentRow& row) {
    ++context_.tally["waits for a lock"];
    const auto holder = store::find_lock_holder(db, row);
    if (!holder) context_.violate("a deployment waits for a free lock");
    if (holder && holder->id > row.id) context_.violate("a later deployment got the lock first");
    if (store::find_open_attempt(db, row.job)) context_.violate("who waits holds a worker");
}

// An attempt that ended by its runner's word has every byte of its log.
void World::check_attempt(const store::AttemptRow& attempt) {
    const auto fence = attempt.fence.value;
    if (!is_final(attempt.state)) return context_.violate("an attempt is open");
    if (!attempt.swept) context_.violate("an attempt was not swept");
    const auto lost = context_.lost.find(fence);
    if (lost != context_.lost.end() && lost->second != attempt.acked) {
        context_.violate("a runner that was given up moved its journal on");
    }
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
