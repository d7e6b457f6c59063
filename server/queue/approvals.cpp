#include "queue/approvals.hpp"

#include "base/text.hpp"
#include "queue/gate.hpp"
#include "queue/trust.hpp"
#include "store/people/user_store.hpp"

namespace triphammer::queue {

using model::ApprovalKind;
using model::ApprovalState;
using model::JobState;

namespace {

std::string with_comment(std::string text, const std::string& comment) {
    return comment.empty() ? text : text + ": " + comment;
}

Error decided(const store::ApprovalRow& question) {
    return conflict(
        "approval " + to_text(question.id) + " is " + std::string{name_of(question.state)} +
        (question.reason.empty() ? "" : " (" + question.reason + ")")
    );
}

/// One answer to one question.
class Answering {
  public:
    Answering(store::Transaction& tx, const Answer& answer, store::ApprovalRow question)
        : tx_{tx}, answer_{answer}, question_{std::move(question)} {}

    Result<ApprovalState> run() {
        if (auto fits = check(); !fits) return fits.error();
        if (!answer_.break_glass.empty()) {
            if (auto broken = break_glass(); !broken) return broken.error();
            if (question_.state == ApprovalState::approved) return question_.state;
        }
        if (auto kept = keep(); !kept) return kept.error();
        return answer_.approves ? approve() : reject();
    }

  private:
    Result<> check() {
        const bool is_shown = answer_.subject.empty() || answer_.subject == question_.subject;
        if (!is_shown) return conflict("what was to be approved has changed; look at it again");
        const bool breaks =
            !answer_.break_glass.empty() && question_.state == ApprovalState::approved;
        if (question_.state != ApprovalState::pending && !breaks) return decided(question_);
        if (question_.expires_at && *question_.expires_at <= tx_.now()) {
            return conflict("approval " + to_text(question_.id) + " has expired");
        }
        auto demand = demand_of(tx_, question_);
        if (!demand) return demand.error();
        demand_ = std::move(*demand);
        return check_voter(tx_, question_, demand_, answer_.actor);
    }

    Result<> break_glass() {
        if (question_.kind != ApprovalKind::environment || !answer_.approves) {
            return invalid("only an approval of an environment goes through a freeze");
        }
        store::break_glass(tx_, question_.id, answer_.break_glass, answer_.actor);
        return question_.state == ApprovalState::approved ? look_again() : Result<>{};
    }

    /// Where a chained log of all changes is kept, this is the place that writes to it.
    Result<> keep() {
        return store::add_vote(
            tx_, question_.id, {answer_.actor, answer_.approves, answer_.comment, tx_.now()}
        );
    }

    Result<> move(ApprovalState to, const std::string& reason) {
        store::ApprovalMove move{.id = question_.id, .to = to, .reason = reason};
        move.actor = answer_.actor;
        if (question_.expires_at) move.expires_at = tx_.now() + demand_.expires;
        return store::move_approval(tx_, move);
    }

    Result<ApprovalState> approve() {
        if (count_approvals(tx_, question_, demand_) < demand_.approvals)
            return ApprovalState::pending;
        const auto reason = with_comment("approved by " + answer_.actor, answer_.comment);
        if (auto moved = move(ApprovalState::approved, reason); !moved) return moved.error();
        if (auto followed = follow(reason); !followed) return followed.error();
        return ApprovalState::approved;
    }

    Result<> follow(const std::string& reason) {
        if (question_.kind == ApprovalKind::fork) return follow_trust(tx_, question_.repository);
        if (question_.kind == ApprovalKind::job) return end_job(JobState::succeeded, reason);
        return look_again();
    }

    Result<ApprovalState> reject() {
        const auto reason = with_comment("rejected by " + answer_.actor, answer_.comment);
        if (auto moved = move(ApprovalState::rejected, reason); !moved) return moved.error();
        const bool is_fork = question_.kind == ApprovalKind::fork;
        const auto ended = is_fork ? cancel_runs(reason) : end_job(JobState::failed, reason);
        if (!ended) return ended.error();
        return ApprovalState::rejected;
    }

    Result<> look_again() {
        const auto job = store::find_job(tx_, question_.job);
        if (!job || job->state != JobState::waiting) return {};
        store::set_wake(tx_, job->id, {});
        return resume_job(tx_, job->id, "");
    }

    Result<> end_job(JobState to, const std::string& reason) {
        const auto job = store::find_job(tx_, question_.job);
        if (!job || job->state != JobState::waiting) {
            return conflict("the job of approval " + to_text(question_.id) + " does not wait");
        }
        store::set_wake(tx_, job->id, {});
        const store::JobMove move{
            .job = job->id,
            .from = JobState::waiting,
            .to = to,
            .reason = reason,
            .actor = answer_.actor};
        if (auto moved = store::move_job(tx_, move); !moved) return moved;
        return advance_run(tx_, job->run);
    }

    Result<> cancel_runs(const std::string& reason) {
        for (const auto id : store::list_open_fork_runs(tx_, question_.repository)) {
            const auto run = store::find_run(tx_, id);
            const bool is_asked = run && run->sha == question_.sha &&
                                  store::find_fork_head(tx_, id) == question_.head &&
                                  !is_final(run->state);
            if (!is_asked) continue;
            auto asked = request_cancel(tx_, id, CancelRequest{reason, answer_.actor});
            if (!asked) return asked.error();
        }
        return {};
    }

    store::Transaction& tx_;
    const Answer& answer_;
    store::ApprovalRow question_;
    Demand demand_;
};

/// A name that nobody has would make a gate that nobody can open.
Result<> check_reviewers(store::Connection& db, const std::vector<std::string>& reviewers) {
    for (const auto& one : reviewers) {
        const bool is_role = one == "approver" || one == "admin";
        const bool is_other = one.starts_with("token:") || one.starts_with("socket:");
        if (is_role || is_other || store::find_user_by_name(db, one)) continue;
        return invalid(
            "reviewers: there is no account '" + one +
            "'; name accounts (triphammer user list), 'approver' or 'admin'"
        );
    }
    return {};
}

}  // namespace

Result<ApprovalState> answer_approval(store::Transaction& tx, const Answer& answer) {
    auto question = store::find_approval(tx, answer.approval);
    if (!question) return not_found("there is no approval " + to_text(answer.approval));
    Answering answering{tx, answer, std::move(*question)};
    return answering.run();
}

Result<> set_fork_policy(
    store::Transaction& tx,
    model::RepositoryId repository,
    const std::string& policy,
    const std::string& actor
) {
    if (policy != "all" && policy != "first-time" && policy != "none") {
        return invalid("fork_approval must be all, first-time or none");
    }
    if (auto set = store::set_fork_approval(tx, repository, policy, actor); !set) return set;
    return follow_trust(tx, repository);
}

Result<> set_environment_rules(
    store::Transaction& tx,
    const store::EnvironmentRow& environment,
    const model::EnvironmentRules& rules,
    const std::string& actor
) {
    if (auto known = check_reviewers(tx, rules.reviewers); !known) return known;
    store::set_rules(tx, environment, rules, actor);
    for (const auto job : store::list_held_jobs(tx, environment.repository, environment.name)) {
        if (auto resumed = resume_job(tx, job, ""); !resumed) return resumed;
    }
    return {};
}

Result<Standing> standing_of(store::Connection& db, const store::ApprovalRow& question) {
    const auto demand = demand_of(db, question);
    if (!demand) return demand.error();
    return Standing{demand->approvals, count_approvals(db, question, *demand), demand->reviewers};
}

std::string why_not(
    store::Connection& db, const store::ApprovalRow& question, const std::string& actor
) {
    const auto demand = demand_of(db, question);
    if (!demand) return demand.error().message;
    const auto checked = check_voter(db, question, *demand, actor);
    return checked ? "" : checked.error().message;
}

}  // namespace triphammer::queue
