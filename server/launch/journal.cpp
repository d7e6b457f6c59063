#include "launch/journal.hpp"

#include "base/digest.hpp"
#include "deployments/ledger.hpp"
#include "queue/queue.hpp"
#include "store/runs/summary_store.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::launch {

namespace {

using nlohmann::json;
using Verdicts = std::vector<protocol::Verdict>;

json to_json(const protocol::Annotation& annotation) {
    return {
        {"level", annotation.level},
        {"message", annotation.message},
        {"title", annotation.title},
        {"file", annotation.file},
        {"line", annotation.line},
        {"end_line", annotation.end_line},
        {"column", annotation.column},
        {"end_column", annotation.end_column}};
}

std::string annotations_json(const std::vector<protocol::Annotation>& annotations) {
    auto list = json::array();
    for (const auto& annotation : annotations) list.push_back(to_json(annotation));
    return list.dump();
}

/// A plan has no row in the ledger, its apply has one since the claim.
bool deploys(store::Connection& db, const store::JobRow& job) {
    if (job.kind == model::JobKind::deploy) return true;
    return job.kind == model::JobKind::terraform &&
           store::find_deployment_of_job(db, job.id).has_value();
}

// Applies the records of one commit; the transaction is guarded already.
class Applier {
  public:
    Applier(store::Transaction& tx, const store::Hold& hold, store::JobRow job)
        : tx_{tx}, hold_{hold}, job_{std::move(job)}, speaker_{job_.id, hold.fence} {}

    Result<> apply(const protocol::Record& record) {
        return std::visit([this](const auto& message) { return on(message); }, record);
    }

    Verdicts take_verdicts() { return std::move(verdicts_); }

  private:
    Result<> on(const protocol::Started&) { return {}; }

    Result<> on(const protocol::StepBegin& begin) {
        store::begin_step(
            tx_, place(), {begin.number, begin.id, begin.name, from_unix_ms(begin.at)}
        );
        return {};
    }

    Result<> on(const protocol::Summary& summary) {
        store::append_summary(tx_, hold_.fence, {summary.number, summary.part, summary.text});
        return {};
    }

    Result<> on(const protocol::StepEnd& end) {
        store::StepEnd row;
        row.number = end.number;
        row.state = end.state;
        row.cause = end.cause;
        if (end.exit_status) row.exit_status = *end.exit_status;
        row.reason = end.reason;
        row.annotations_json = annotations_json(end.annotations);
        row.at = from_unix_ms(end.at);
        return queue::end_step(tx_, place(), row);
    }

    Result<> on(const protocol::Phase& phase) {
        return deployments::apply_phase(tx_, speaker_, phase);
    }

    Result<> on(const protocol::Intent& intent) {
        auto verdict = deployments::apply_intent(tx_, speaker_, intent);
        if (!verdict) return verdict.error();
        verdicts_.push_back(std::move(*verdict));
        return {};
    }

    Result<> on(const protocol::EffectResult& result) {
        return deployments::apply_result(tx_, speaker_, result);
    }

    Result<> on(const protocol::Park& park) { return queue::park_attempt(tx_, hold_, park.why); }

    Result<> on(const protocol::End& end) {
        queue::AttemptResult result{
            end.state, end.cause, end.reason, json(end.outputs).dump(), end.exit_status};
        if (deploys(tx_, job_)) {
            auto ending = deployments::finish_deployment(tx_, speaker_, end);
            if (!ending) return ending.error();
            result.state = ending->job;
            result.cause = ending->cause;
            result.reason = std::move(ending->reason);
        }
        return queue::finish_attempt(tx_, hold_, result);
    }

    store::StepPlace place() const { return {hold_.fence, job_.run}; }

    store::Transaction& tx_;
    const store::Hold& hold_;
    store::JobRow job_;
    deployments::Speaker speaker_;
    Verdicts verdicts_;
};

Result<store::JobRow> job_of(store::Connection& db, model::Fence fence) {
    const auto attempt = store::find_attempt(db, fence);
    if (!attempt) return not_found("attempt " + to_text(fence));
    auto job = store::find_job(db, attempt->job);
    if (!job) return not_found("job " + to_text(attempt->job));
    return std::move(*job);
}

std::optional<protocol::Cancel> cancel_of(const store::JobRow& job) {
    if (!job.cancel_requested_at) return {};
    protocol::Cancel cancel;
    cancel.why = job.cancel_reason;
    return cancel;
}

std::optional<protocol::Verdict> verdict_on_open(
    store::Connection& db, const store::JobRow& job, model::Fence fence
) {
    if (!deploys(db, job)) return {};
    const auto deployment = store::find_deployment_of_job(db, job.id);
    if (!deployment) return {};
    const auto open = store::find_open_effect(db, deployment->id);
    if (!open || open->fence != fence) return {};
    return protocol::Verdict{open->n, true, ""};
}

bool ends_attempt(const protocol::Record& record) {
    return std::holds_alternative<protocol::End>(record) ||
           std::holds_alternative<protocol::Park>(record);
}

Result<> set_logs(
    store::Transaction& tx, const store::Hold& hold, const std::vector<store::StepLog>& logs
) {
    for (const auto& log : logs) {
        if (auto set = queue::set_step_log(tx, hold, log); !set) return set;
    }
    return {};
}

}  // namespace

Result<AttachedRunner> attach_runner(store::Transaction& tx, const protocol::Attach& attach) {
    const auto token = sha256_hex(attach.token.reveal());
    auto attempt = queue::attach(tx, {attach.fence, token, attach.nonce, attach.version});
    if (!attempt) return attempt.error();
    auto job = job_of(tx, attach.fence);
    if (!job) return job.error();
    AttachedRunner attached{std::move(*attempt), std::move(*job), {}, {}};
    attached.cancel = cancel_of(attached.job);
    attached.open_intent = verdict_on_open(tx, attached.job, attach.fence);
    return attached;
}

Result<Verdicts> apply_records(
    store::Transaction& tx,
    const store::Hold& hold,
    const protocol::Commit& commit,
    const std::vector<store::StepLog>& logs
) {
    const auto attempt = store::find_attempt(tx, hold.fence);
    if (!attempt || static_cast<std::uint64_t>(attempt->acked) != commit.base) {
        // Only a connection that was dropped for a newer one can be here.
        return Error{Code::unavailable, "the attempt's journal has moved on"};
    }
    auto is_new = queue::accept_records(tx, hold, static_cast<std::int64_t>(commit.acked));
    if (!is_new) return is_new.error();
    if (!*is_new) return Verdicts{};
    auto job = store::find_job(tx, attempt->job);
    if (!job) return not_found("job " + to_text(attempt->job));
    Applier applier{tx, hold, std::move(*job)};
    // The steps' rows come first, and after the end nothing can be written any more.
    const bool ends = !commit.records.empty() && ends_attempt(commit.records.back());
    const auto last = commit.records.end() - (ends ? 1 : 0);
    for (auto record = commit.records.begin(); record != last; ++record) {
        if (auto applied = applier.apply(*record); !applied) return applied.error();
    }
    if (auto set = set_logs(tx, hold, logs); !set) return set.error();
    if (ends) {
        if (auto applied = applier.apply(commit.records.back()); !applied) return applied.error();
    }
    return applier.take_verdicts();
}

Result<> lose_runner(store::Transaction& tx, model::Fence fence, const LostRunner& lost) {
    auto job = job_of(tx, fence);
    if (!job) return job.error();
    queue::Loss loss;
    loss.reason = lost.reason;
    if (deploys(tx, *job)) {
        const deployments::Speaker speaker{job->id, fence};
        const bool may_retry = lost.is_proven_dead && !job->cancel_requested_at;
        auto after = deployments::lose_runner(tx, speaker, may_retry, lost.reason);
        if (!after) return after.error();
        if (*after == deployments::AfterLoss::retry) loss.then = queue::AfterLoss::queue_again;
        if (*after == deployments::AfterLoss::unknown) loss.cause = model::Cause::undecided;
    }
    return queue::lose_attempt(tx, fence, loss);
}

}  // namespace triphammer::launch
