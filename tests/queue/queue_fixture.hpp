#pragma once

#include "queue/queue.hpp"
#include "store/sample_database.hpp"

#include <map>
#include <string>
#include <vector>

namespace triphammer::testing {

/// key → keys it needs
using Needs = std::vector<std::pair<std::string, std::vector<std::string>>>;

struct QueueFixture : SampleDatabase {
    static plan::PlannedJob planned(const std::string& key, const std::vector<std::string>& needs) {
        plan::PlannedJob job;
        job.definition.key = key;
        job.definition.kind = "steps";
        job.definition.needs = needs;
        job.name = key;
        job.stage = "build";
        job.needs = needs;
        job.label = "host";
        job.state = needs.empty() ? model::JobState::queued : model::JobState::blocked;
        return job;
    }

    static plan::Plan make_plan(const Needs& jobs) {
        plan::PlannedRun run;
        run.workflow = "ci";
        run.path = ".triphammer/ci.yml";
        run.blob = "blob";
        run.event = "push";
        run.ref = "refs/heads/main";
        run.sha = std::string(40, 'a');
        run.contexts_json = "{}";
        for (const auto& [key, needs] : jobs) {
            run.jobs.push_back(planned(key, needs));
            run.jobs.back().position = static_cast<int>(run.jobs.size());
        }
        plan::Plan plan;
        plan.runs.push_back(std::move(run));
        plan.reason = {true, "started", "1 run started", {}};
        return plan;
    }

    model::RunId create(const Needs& jobs) { return create_planned(make_plan(jobs)); }

    model::RunId create_planned(const plan::Plan& plan) {
        return write([&](store::Transaction& tx) -> Result<model::RunId> {
            auto runs = queue::create_runs(tx, {.repository = repository}, plan);
            if (!runs) return runs.error();
            return runs->at(0);
        });
    }

    std::optional<queue::Claim> claim(std::int64_t workers = 10) {
        return write([&](store::Transaction& tx) {
            queue::ClaimRequest request;
            request.workers = workers;
            request.token_sha256 = "token-" + std::to_string(++tokens);
            return queue::claim_next(tx, request);
        });
    }

    /// A runner attaches to what was claimed last.
    store::Hold attach(model::Fence fence) {
        return write([&](store::Transaction& tx) -> Result<store::Hold> {
            const auto attempt = store::find_attempt(tx, fence);
            auto attached = queue::attach(tx, {fence, attempt->token_sha256, "nonce", "0.1.0"});
            if (!attached) return attached.error();
            return store::Hold{fence, "nonce"};
        });
    }

    store::Hold run_next() { return attach(claim().value().fence); }

    Result<> finish(
        const store::Hold& hold,
        model::JobState state = model::JobState::succeeded,
        model::Cause cause = model::Cause::none
    ) {
        return try_write([&](store::Transaction& tx) {
            return queue::finish_attempt(tx, hold, {.state = state, .cause = cause});
        });
    }

    Result<> lose(model::Fence fence, queue::AfterLoss then = queue::AfterLoss::fail) {
        return try_write([&](store::Transaction& tx) {
            return queue::lose_attempt(tx, fence, {.reason = "it died", .then = then});
        });
    }

    std::string job_state(model::RunId run, const std::string& key) {
        return std::string{name_of(job(run, key).state)};
    }

    store::JobRow job(model::RunId run, const std::string& key) {
        for (auto& row : read([&](store::Connection& db) { return store::list_jobs(db, run); })) {
            if (row.key == key) return row;
        }
        throw std::runtime_error("no job " + key);
    }

    std::string run_state(model::RunId run) {
        return std::string{
            name_of(read([&](store::Connection& db) { return store::find_run(db, run); })->state)};
    }

    model::RepositoryId repository = add_repository("octo/roof");
    int tokens = 0;
};

}  // namespace triphammer::testing
