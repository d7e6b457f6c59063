#include "queue/gate.hpp"

#include "base/digest.hpp"
#include "base/text.hpp"
#include "plan/glob.hpp"
#include "queue/voters.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace triphammer::queue {

using model::ApprovalKind;
using model::ApprovalState;
using model::EnvironmentRules;
using nlohmann::json;

namespace {

Gate waits(std::string reason) {
    return {Gate::Way::waits, std::move(reason)};
}

Gate fails(std::string reason, model::Cause cause) {
    return {Gate::Way::fails, std::move(reason), cause};
}

std::string definition_of(const store::RunRow& run, const store::JobRow& job) {
    return sha256_hex(run.definition_sha256 + '\n' + job.definition_json);
}

/// What patterns of branches are about: a branch by its name, a tag as refs/tags/NAME, so that no
/// tag, and no branch that is called like one, passes for a branch.
std::string name_for_rules(const std::string& ref) {
    constexpr std::string_view kHeads = "refs/heads/";
    if (!ref.starts_with(kHeads) || ref.starts_with("refs/heads/refs/")) return ref;
    return ref.substr(kHeads.size());
}

std::string describe_span(Milliseconds span) {
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(span).count();
    return minutes % 60 == 0 ? std::to_string(minutes / 60) + " h"
                             : std::to_string(minutes) + " min";
}

/// The answers that one job needs, under the rules as they are now.
class Question {
  public:
    Question(store::Transaction& tx, const store::RunRow& run, const store::JobRow& job)
        : tx_{tx}, run_{run}, job_{job} {}

    ApprovalKind kind = ApprovalKind::environment;
    Demand demand = {};
    std::string asked_json = "{}";

    /// Open: people have said yes; `row` is what they said it to.
    Result<Gate> look(store::ApprovalRow& row) {
        auto found = find_or_ask();
        if (!found) return found.error();
        row = std::move(*found);
        if (row.expires_at && *row.expires_at <= tx_.now()) return expire(row);
        if (row.state == ApprovalState::approved) return Gate{};
        const auto given = count_approvals(tx_, row, demand);
        if (given >= demand.approvals) return approve(row);
        return waits(describe(row, given));
    }

  private:
    /// What was asked about something else than what would start now is void.
    Result<store::ApprovalRow> find_or_ask() {
        const auto question = make();
        auto row = store::find_approval_of_job(tx_, job_.id);
        const bool is_same = row && row->subject == question.subject &&
                             row->run_attempt == job_.run_attempt && has_enough(*row);
        if (is_same) return std::move(*row);
        if (row) {
            auto closed = move(*row, ApprovalState::voided, "what it was asked about has changed");
            if (!closed) return closed.error();
        }
        return *store::find_approval(tx_, store::insert_approval(tx_, question));
    }

    /// Rules may have become stricter since.
    bool has_enough(const store::ApprovalRow& row) const {
        return row.state != ApprovalState::approved ||
               count_approvals(tx_, row, demand) >= demand.approvals;
    }

    store::NewApproval make() const {
        store::NewApproval out;
        out.kind = kind;
        out.repository = job_.repository;
        out.run = job_.run;
        out.job = job_.id;
        out.run_attempt = job_.run_attempt;
        out.environment = job_.environment;
        out.sha = run_.sha;
        out.definition = definition_of(run_, job_);
        out.digests_json = store::image_digests(tx_, job_.run);
        out.asked_json = asked_json;
        out.subject = subject_of(out);
        if (demand.approvals > 0) out.expires_at = tx_.now() + demand.expires;
        return out;
    }

    static std::string subject_of(const store::NewApproval& question) {
        const json bound{
            {"kind", name_of(question.kind)},
            {"repository", question.repository.value},
            {"environment", question.environment},
            {"sha", question.sha},
            {"definition", question.definition},
            {"digests", question.digests_json},
            {"asked", question.asked_json},
        };
        return sha256_hex(bound.dump());
    }

    Result<> move(const store::ApprovalRow& row, ApprovalState to, std::string_view reason) {
        store::ApprovalMove move{.id = row.id, .from = row.state, .to = to, .reason = reason};
        if (to == ApprovalState::approved && demand.approvals > 0) {
            move.expires_at = tx_.now() + demand.expires;
        }
        return store::move_approval(tx_, move);
    }

    Result<Gate> expire(const store::ApprovalRow& row) {
        const auto why = row.state == ApprovalState::pending
                             ? "nobody answered approval " + to_text(row.id) + " within "
                             : "approval " + to_text(row.id) + " was not used within ";
        const auto reason = why + describe_span(demand.expires);
        if (auto moved = move(row, ApprovalState::expired, reason); !moved) return moved.error();
        return fails(reason, model::Cause::timeout);
    }

    Result<Gate> approve(store::ApprovalRow& row) {
        if (auto moved = move(row, ApprovalState::approved, ""); !moved) return moved.error();
        row = *store::find_approval(tx_, row.id);
        return Gate{};
    }

    std::string describe(const store::ApprovalRow& row, std::int64_t given) const {
        const auto where = kind == ApprovalKind::environment
                               ? " to deploy to '" + job_.environment + "'"
                               : std::string{};
        const auto from = demand.reviewers.empty() ? "" : " of " + join(demand.reviewers, ", ");
        return "waits for approval " + to_text(row.id) + where + ": " + std::to_string(given) +
               " of " + std::to_string(demand.approvals) + from;
    }

    store::Transaction& tx_;
    const store::RunRow& run_;
    const store::JobRow& job_;
};

Demand to_demand(const EnvironmentRules& rules) {
    return {rules.approvals, rules.reviewers, rules.allows_author, rules.expires};
}

Demand to_demand(const model::ApproveQuestion& question) {
    return {question.approvals, question.reviewers, question.allows_author, question.expires};
}

const model::Freeze* find_freeze(const EnvironmentRules& rules, TimePoint now) {
    const auto found =
        std::find_if(rules.freezes.begin(), rules.freezes.end(), [now](const auto& one) {
            return one.from <= now && now < one.until;
        });
    return found == rules.freezes.end() ? nullptr : &*found;
}

/// The rules that time alone fulfils.
Gate look_at_time(
    store::Transaction& tx,
    const store::JobRow& job,
    const EnvironmentRules& rules,
    const store::ApprovalRow& answer
) {
    const auto ready_at = answer.created_at + rules.wait;
    if (tx.now() < ready_at) {
        store::set_wake(tx, job.id, ready_at);
        return waits(
            "waits until " + to_rfc3339(ready_at) + ": '" + job.environment + "' lets " +
            describe_span(rules.wait) + " pass first"
        );
    }
    const auto* freeze = find_freeze(rules, tx.now());
    if (freeze == nullptr || !answer.break_glass.empty()) return {};
    store::set_wake(tx, job.id, freeze->until);
    return waits(
        "'" + job.environment + "' is frozen until " + to_rfc3339(freeze->until) +
        (freeze->reason.empty() ? "" : " (" + freeze->reason + ")") + "; approval " +
        to_text(answer.id)
    );
}

Result<Gate> look_at_environment(
    store::Transaction& tx, const store::RunRow& run, const store::JobRow& job
) {
    const auto rules = store::rules_of(tx, job.repository, job.environment);
    if (!rules) return fails(rules.error().message, model::Cause::invalid);
    if (*rules == EnvironmentRules{}) return Gate{};
    const auto name = name_for_rules(run.ref);
    if (!rules->branches.empty() && !plan::selects(rules->branches, name)) {
        return fails(
            "environment '" + job.environment + "' takes " + join(rules->branches, ", ") +
                " only, and this is " + (name.empty() ? "a commit alone" : name),
            model::Cause::invalid
        );
    }
    Question question{tx, run, job};
    question.demand = to_demand(*rules);
    store::ApprovalRow answer;
    auto gate = question.look(answer);
    if (!gate) return gate.error();
    if (gate->way == Gate::Way::open) gate = look_at_time(tx, job, *rules, answer);
    return gate;
}

Result<Gate> look_at_approve(
    store::Transaction& tx,
    const store::RunRow& run,
    const store::JobRow& job,
    const ClaimRequest& request
) {
    if (!request.question) return fails("nobody can be asked here", model::Cause::invalid);
    const auto asked = request.question(tx, job);
    if (!asked) return fails(asked.error().message, model::Cause::invalid);
    Question question{tx, run, job};
    question.kind = ApprovalKind::job;
    question.demand = to_demand(*asked);
    question.asked_json =
        model::to_question_json(*asked).dump(-1, ' ', false, json::error_handler_t::replace);
    store::ApprovalRow answer;
    auto gate = question.look(answer);
    if (gate && gate->way == Gate::Way::open) gate->way = Gate::Way::passed;
    return gate;
}

/// A plan needs no environment; an apply without one would stand before no rules at all.
bool applies(const store::JobRow& job) {
    if (job.kind != model::JobKind::terraform) return false;
    const auto definition = json::parse(job.definition_json, nullptr, false);
    const json::json_pointer command{"/terraform/command"};
    const bool says = definition.is_object() && definition.contains(command);
    return says && definition[command] == "apply";
}

/// What waits for an answer looks again when the time for one is over.
void wake_at_expiry(store::Transaction& tx, const store::JobRow& job) {
    const auto row = store::find_approval_of_job(tx, job.id);
    if (row && row->state == ApprovalState::pending) store::set_wake(tx, job.id, row->expires_at);
}

}  // namespace

Result<Gate> look_at_gate(
    store::Transaction& tx, const store::JobRow& job, const ClaimRequest& request
) {
    const bool asks = job.kind == model::JobKind::approve;
    const bool is_apply = applies(job);
    const bool deploys = is_apply || job.kind == model::JobKind::deploy || !job.environment.empty();
    if (!asks && !deploys) return Gate{};
    const auto run = store::find_run(tx, job.run);
    if (!run) return not_found("there is no run " + to_text(job.run));
    if (deploys && run->from_fork) {
        return Gate{Gate::Way::skips, "a pull request from a fork deploys nothing"};
    }
    if (is_apply && job.environment.empty()) {
        return fails(
            "`command: apply` needs an environment, whose rules say who approves, and the job's "
            "`environment` gives no name here",
            model::Cause::invalid
        );
    }
    Result<Gate> gate = Gate{};
    if (deploys) gate = look_at_environment(tx, *run, job);
    if (gate && gate->way == Gate::Way::open && asks) {
        gate = look_at_approve(tx, *run, job, request);
    }
    if (gate && gate->way == Gate::Way::waits) wake_at_expiry(tx, job);
    return gate;
}

Result<Demand> demand_of(store::Connection& db, const store::ApprovalRow& question) {
    // Whoever may approve is trusted here, whoever's pull request it is.
    if (question.kind == ApprovalKind::fork) return Demand{1, {}, true};
    if (question.kind == ApprovalKind::job) {
        return to_demand(model::read_question(json::parse(question.asked_json, nullptr, false)));
    }
    const auto rules = store::rules_of(db, question.repository, question.environment);
    if (!rules) return rules.error();
    return to_demand(*rules);
}

std::int64_t count_approvals(
    store::Connection& db, const store::ApprovalRow& question, const Demand& demand
) {
    std::int64_t count = 0;
    for (const auto& vote : store::list_votes(db, question.id)) {
        if (vote.approves && check_voter(db, question, demand, vote.actor)) ++count;
    }
    return count;
}

Result<> check_voter(
    store::Connection& db,
    const store::ApprovalRow& question,
    const Demand& demand,
    const std::string& actor
) {
    if (!is_reviewer(db, question.repository, demand.reviewers, actor)) {
        return refused("only " + join(demand.reviewers, ", ") + " may answer this");
    }
    if (demand.allows_author || !is_author(db, question.run, actor)) return {};
    return refused(actor + " is behind this change or this run; somebody else has to answer");
}

Result<> close_question(
    store::Transaction& tx, const store::JobRow& job, const store::JobMove& last
) {
    if (!is_final(last.to)) return {};
    const auto row = store::find_approval_of_job(tx, job.id);
    if (!row || row->state != ApprovalState::pending) return {};
    const auto reason = "its job ended as " + std::string{name_of(last.to)};
    return store::move_approval(
        tx,
        {.id = row->id,
         .from = ApprovalState::pending,
         .to = ApprovalState::voided,
         .reason = reason}
    );
}

}  // namespace triphammer::queue
