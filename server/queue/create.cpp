#include "queue/follow.hpp"
#include "queue/groups.hpp"
#include "queue/queue.hpp"
#include "queue/trust.hpp"
#include "store/forge/delivery_store.hpp"

#include <nlohmann/json.hpp>

#include <set>

namespace triphammer::queue {

using nlohmann::json;

namespace {

std::string problems_text(const std::vector<model::Problem>& problems) {
    auto out = json::array();
    for (const auto& problem : problems) {
        const bool is_error = problem.severity == model::Problem::Severity::error;
        out.push_back({
            {"severity", is_error ? "error" : "warning"},
            {"line", problem.at.line},
            {"column", problem.at.column},
            {"code", problem.code},
            {"message", problem.message},
            {"hint", problem.hint},
        });
    }
    return out.dump();
}

store::NewRun make_run(const Origin& origin, const plan::PlannedRun& planned) {
    store::NewRun run;
    run.repository = origin.repository;
    run.workflow = planned.workflow;
    run.workflow_path = planned.path;
    run.event = planned.event;
    run.ref = planned.ref;
    run.sha = planned.sha;
    run.title = planned.title;
    run.actor = planned.actor;
    run.state = planned.state;
    run.cause = planned.cause;
    run.delivery = origin.delivery;
    const auto text = origin.texts.find(planned.blob);
    if (text != origin.texts.end()) run.definition = text->second;
    run.from_fork = planned.from_fork;
    run.contexts_json = planned.contexts_json.empty() ? "{}" : planned.contexts_json;
    run.problems_json = problems_text(planned.problems);
    run.concurrency_json = to_json_text(planned.group);
    return run;
}

store::NewJob make_job(const plan::PlannedJob& planned) {
    store::NewJob job;
    job.position = planned.position;
    job.key = planned.own_key();
    job.node = planned.own_node();
    job.parent = planned.parent;
    job.name = planned.name;
    job.kind = planned.kind;
    job.stage = planned.stage;
    job.state = planned.state;
    job.cause = planned.cause;
    job.reason = planned.reason.text;
    job.needs_json = json(planned.needs).dump();
    job.label = planned.label;
    job.environment = planned.environment;
    job.continue_on_error = planned.continue_on_error;
    job.definition_json = json(planned.definition).dump();
    job.contexts_json = planned.contexts_json;
    return job;
}

/// Writes a run and its jobs; what has to wait for a group is blocked, and gets its turn again.
class Creation {
  public:
    Creation(store::Transaction& tx, const Origin& origin, const plan::PlannedRun& planned)
        : tx_{tx}, origin_{origin}, planned_{planned}, group_{planned.group} {}

    Result<model::RunId> run() {
        auto inserted = insert_run();
        if (!inserted) return inserted.error();
        const Member member{origin_.repository, run_.id};
        const bool ended = is_final(planned_.state);
        note_head(tx_, run_);  // also of one that has ended: it may run again
        const bool is_strange = !ended && waits_for_trust(tx_, run_);
        is_held_ =
            is_strange || (!group_.name.empty() && !ended && !enter_group(tx_, member, group_));
        if (is_held_)
            wait_ = is_strange ? describe_trust(run_) : describe_wait(tx_, member, group_.name);
        for (const auto& job : planned_.jobs) insert_job(job);
        tell_followers(tx_, run_, ended ? "completed" : "requested");
        if (!is_held_ && !has_blocked_) return run_.id;
        if (auto advanced = advance_run(tx_, run_.id); !advanced) return advanced.error();
        if (!is_held_ || is_strange) return run_.id;
        if (auto made = make_room(tx_, member, group_); !made) return made.error();
        return run_.id;
    }

  private:
    Result<> insert_run() {
        const auto id = store::insert_run(tx_, make_run(origin_, planned_));
        if (!id) return id.error();
        run_ = *store::find_run(tx_, *id);
        const auto title = fill(planned_.title);
        group_.name = fill(planned_.group.name);
        const bool is_same = title == planned_.title && group_ == planned_.group;
        if (!is_same) store::set_run_names(tx_, *id, title, to_json_text(group_));
        return {};
    }

    void insert_job(const plan::PlannedJob& planned) {
        auto job = make_job(planned);
        job.run = run_.id;
        job.repository = origin_.repository;
        job.name = fill(job.name);
        job.label = fill(job.label);
        job.environment = fill(job.environment);
        if (has_to_wait(planned)) {
            has_blocked_ = true;
            put_back_.insert(job.key);
            job.state = model::JobState::blocked;
            job.reason = wait_;
        }
        if (is_grouped(planned)) grouped_.insert(job.key);
        const auto id = store::insert_job(tx_, job);
        if (has_place(planned, job.state)) {
            keep_place(tx_, {origin_.repository, run_.id, id}, job.environment);
        }
    }

    /// Planning knows no groups: who is in one has its turn here, and so has what it calls.
    bool has_to_wait(const plan::PlannedJob& planned) const {
        if (put_back_.contains(planned.parent)) return !is_final(planned.state);
        if (planned.state == model::JobState::waiting) return !planned.groups.empty();
        return planned.state == model::JobState::queued && (is_held_ || !planned.groups.empty());
    }

    /// In a group that the file names, itself or by what calls it.
    bool is_grouped(const plan::PlannedJob& planned) const {
        const auto& definition = planned.definition;
        return definition.concurrency || definition.called_concurrency ||
               grouped_.contains(planned.parent);
    }

    /// Deployments are in the order of their commits, which is that of the runs: a job that will
    /// deploy has its place from the start. Not where it is in another group: two runs could each
    /// wait for what the other one has.
    bool has_place(const plan::PlannedJob& planned, model::JobState state) const {
        const auto& definition = planned.definition;
        const auto& deploys = definition.environment_deployment.text;
        const bool will_deploy = !planned.environment.empty() && definition.kind != "call" &&
                                 (deploys.empty() || deploys == "true");
        return will_deploy && !planned_.from_fork && state == model::JobState::blocked &&
               !is_grouped(planned) && !plan::has_matrix(definition);
    }

    std::string fill(std::string text) const {
        return plan::fill_marks(std::move(text), to_text(run_.id), std::to_string(run_.number));
    }

    store::Transaction& tx_;
    const Origin& origin_;
    const plan::PlannedRun& planned_;
    plan::Group group_;
    store::RunRow run_;
    bool is_held_ = false;
    std::string wait_;  // what for
    bool has_blocked_ = false;
    std::set<std::string> put_back_;  // keys of jobs that have their turn again
    std::set<std::string> grouped_;   // of jobs in a group that the file names, and what they call
};

Result<> finish_delivery(store::Transaction& tx, const Origin& origin, const plan::Plan& plan) {
    store::DeliveryEnd end;
    end.outcome =
        plan.runs.empty() ? model::DeliveryOutcome::ignored : model::DeliveryOutcome::started;
    end.reason = plan.reason.text;
    end.reasons_json = json(plan.reason).dump();
    end.repository = origin.repository;
    return store::finish_delivery(tx, origin.delivery, end);
}

}  // namespace

Result<std::vector<model::RunId>> create_runs(
    store::Transaction& tx, const Origin& origin, const plan::Plan& plan
) {
    if (origin.delivery) {
        if (auto finished = finish_delivery(tx, origin, plan); !finished) return finished.error();
    }
    std::vector<model::RunId> runs;
    for (const auto& planned : plan.runs) {
        Creation creation{tx, origin, planned};
        auto run = creation.run();
        if (!run) return run.error();
        runs.push_back(*run);
    }
    return runs;
}

}  // namespace triphammer::queue
