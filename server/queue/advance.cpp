#include "plan/advance.hpp"

#include "plan/call_tree.hpp"
#include "queue/circle.hpp"
#include "queue/follow.hpp"
#include "queue/groups.hpp"
#include "queue/lock.hpp"
#include "queue/queue.hpp"
#include "queue/run_view.hpp"
#include "queue/trust.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace triphammer::queue {

using model::JobState;
using model::RunState;

namespace {

/// A job that has to wait for its group.
struct Newcomer {
    Member member;
    plan::Group group;
};

class Change {
  public:
    Change(store::Transaction& tx, const store::RunRow& run) : tx_{tx}, run_{run} {}

    Result<> run() {
        RunView view;
        if (auto read = read_run(tx_, run_, view); !read) return read;
        is_strange_ = view.waits_for_trust;
        const auto answer = plan::advance(view.facts);
        if (!answer.expansions.empty()) {
            for (const auto& one : answer.expansions) expand(view, one);
            return run();
        }
        for (const auto& one : answer.transitions) {
            if (auto applied = apply(*view.find(one.key), one); !applied) return applied;
        }
        for (const auto& one : answer.stops) {
            auto asked = store::request_job_cancel(tx_, view.find(one.key)->id, one.reason, "");
            if (!asked) return asked;
        }
        if (std::exchange(has_opened_, false)) return run();
        if (newcomers_.empty()) return settle(answer);
        return settle_with_waiting();
    }

    /// Last: who gets a lock may be of this run, which is advanced for it once more.
    Result<> let_locks_go() const {
        for (const auto& [job, to, reason] : ended_) {
            const store::JobMove move{.job = job.id, .from = job.state, .to = to, .reason = reason};
            if (auto gone = let_lock_go(tx_, job, move); !gone) return gone;
        }
        return {};
    }

  private:
    struct Ended {
        store::JobRow job;
        JobState to;
        std::string reason;
    };

    /// The rows become those of the first leg; those of the others are like them.
    void expand(const RunView& view, const plan::Expansion& expansion) {
        const auto& whole = *view.find(expansion.key);
        for (const auto& row : view.jobs) {
            const bool is_whole = row.id == whole.id;
            if (!is_whole && plan::move_under(row.key, whole.key, "") == row.key) continue;
            for (const auto& leg : expansion.legs) {
                auto job = move_row(row, whole.key, leg.key);
                if (is_whole) job.node = row.node;
                if (is_whole) job.contexts_json = leg.contexts_json;
                if (&leg != &expansion.legs.front()) {
                    store::insert_job(tx_, job);
                    continue;
                }
                const auto& needs = job.needs_json;
                store::place_job(
                    tx_, row.id, {job.key, job.node, job.parent, needs, job.contexts_json}
                );
            }
        }
    }

    static store::NewJob move_row(
        const store::JobRow& row, const std::string& from, const std::string& to
    ) {
        store::NewJob job;
        job.run = row.run;
        job.repository = row.repository;
        job.position = row.position;
        job.key = job.name = plan::move_under(row.key, from, to);
        job.node = plan::move_under(row.node, from, to);
        job.parent = plan::move_under(row.parent, from, to);
        job.kind = row.kind;
        job.stage = row.stage;
        auto needs = nlohmann::json::parse(row.needs_json).get<std::vector<std::string>>();
        for (auto& need : needs) need = plan::move_under(need, from, to);
        job.needs_json = nlohmann::json(needs).dump();
        job.definition_json = row.definition_json;
        job.contexts_json = row.contexts_json;
        return job;
    }

    /// Why it is where it is; `to` is waiting then, where it has to wait.
    std::string enter_groups(
        const store::JobRow& job, const plan::Transition& transition, JobState& to
    ) {
        auto reason = transition.reason.text;
        const Member member{job.repository, job.run, job.id};
        bool is_free = !transition.groups.empty();
        for (const auto& group : transition.groups) {
            if (enter_group(tx_, member, group)) continue;
            is_free = false;
            newcomers_.push_back({member, group});
            to = JobState::waiting;
            reason = describe_wait(tx_, member, group.name);
        }
        const bool is_call = transition.state == JobState::waiting;
        has_opened_ = has_opened_ || (is_call && is_free);
        return reason;
    }

    Result<> apply(const store::JobRow& job, const plan::Transition& transition) {
        store::JobMove move{.job = job.id, .from = job.state, .to = transition.state};
        move.cause = transition.cause;
        const auto reason = enter_groups(job, transition, move.to);
        move.reason = reason;
        auto moved = store::move_job(tx_, move);
        if (!moved) return moved;
        if (is_final(move.to)) ended_.push_back({job, move.to, reason});
        if (!transition.contexts_json.empty()) {
            store::set_job_contexts(tx_, job.id, transition.contexts_json);
        }
        if (!transition.outputs_json.empty()) {
            store::set_job_outputs(tx_, job.id, transition.outputs_json);
        }
        if (transition.name.empty()) return {};
        store::JobFacts facts;
        facts.name = transition.name;
        facts.label = transition.label;
        facts.environment = transition.environment;
        facts.continue_on_error = transition.continue_on_error;
        store::set_job_facts(tx_, job.id, facts);
        return {};
    }

    /// Some jobs wait for their group instead of being queued, which the run shows.
    Result<> settle_with_waiting() {
        RunView view;
        if (auto read = read_run(tx_, run_, view); !read) return read;
        if (auto settled = settle(plan::advance(view.facts)); !settled) return settled;
        for (const auto& one : newcomers_) {
            if (auto made = make_room(tx_, one.member, one.group); !made) return made;
        }
        for (const auto& one : newcomers_) {
            if (auto done = break_circle(tx_, one.member, one.group.name); !done) return done;
        }
        return {};
    }

    /// A run that has started does not look untouched again while its next job waits for a worker.
    RunState shown_state(RunState answered) const {
        if (answered != RunState::queued) return answered;
        if (run_.started_at) return RunState::running;
        return is_strange_ ? RunState::waiting : answered;
    }

    Result<> settle(const plan::Advance& answer) {
        const auto state = shown_state(answer.run);
        if (is_strange_ && !is_final(state)) {
            if (auto asked = ask_about_head(tx_, run_); !asked) return asked;
        }
        if (state == run_.state) return {};
        auto moved = store::move_run(
            tx_, {.run = run_.id, .from = run_.state, .to = state, .cause = answer.cause}
        );
        if (!moved || !is_final(state)) return moved;
        tell_followers(tx_, *store::find_run(tx_, run_.id), "completed");
        return stop_asking(tx_, run_);
    }

    store::Transaction& tx_;
    const store::RunRow& run_;
    std::vector<Newcomer> newcomers_;
    std::vector<Ended> ended_;
    bool is_strange_ = false;  // a fork's, whose code nobody has approved
    bool has_opened_ = false;  // a call has its groups: its jobs may begin
};

/// Most ends let nothing follow: then plan::advance has nothing to say, and reading all jobs for it
/// would make a run of many jobs cost their square. Legs and called workflows end together, which
/// is plan::advance's to see.
bool stays_as_it_is(store::Connection& db, const store::RunRow& run) {
    if (run.state != RunState::running || run.cancel_requested_at) return false;
    const auto open = store::look_at_open_jobs(db, run.id);
    return open.goes_on && !open.has_ready && !open.has_related;
}

}  // namespace

Result<> advance_run(store::Transaction& tx, model::RunId id) {
    const auto run = store::find_run(tx, id);
    if (!run) return not_found("there is no run " + to_text(id));
    if (!stays_as_it_is(tx, *run)) {
        Change change{tx, *run};
        if (auto changed = change.run(); !changed) return changed;
        if (auto gone = change.let_locks_go(); !gone) return gone;
    }
    return leave_groups(tx, id);
}

}  // namespace triphammer::queue
