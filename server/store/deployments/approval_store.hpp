#pragma once
// `approvals` and `approval_votes`, whose code a fork's run is (`fork_heads`, `untrusted_runs`),
// the rules of `environments`, and when a job that a rule holds back tries again.

#include "model/approval.hpp"
#include "store/deployments/deployment_listing.hpp"
#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

// ── forks ────────────────────────────────────────────────────────────────────────────────────

/// By the forge's numbers; 0: not known.
struct ForkHead {
    std::int64_t repository = 0;
    std::int64_t author = 0;

    friend bool operator==(const ForkHead&, const ForkHead&) = default;
};

/// Whose code the run is; its commit is the run's.
void set_fork_head(Transaction& tx, model::RunId run, const ForkHead& head);
std::optional<ForkHead> find_fork_head(Connection& db, model::RunId run);
/// Whether nothing of the run may start: a fork's code that nobody has approved.
bool is_untrusted(Connection& db, model::RunId run);
/// Runs that have not ended, of forks of this repository, oldest first.
std::vector<model::RunId> list_open_fork_runs(Connection& db, model::RepositoryId repository);

/// all, first-time, none.
std::string fork_approval_of(Connection& db, model::RepositoryId repository);
/// Code::not_found.
Result<> set_fork_approval(
    Transaction& tx, model::RepositoryId id, std::string_view policy, std::string_view actor
);

// ── questions ────────────────────────────────────────────────────────────────────────────────

struct NewApproval {
    model::ApprovalKind kind = model::ApprovalKind::fork;
    model::RepositoryId repository = {};
    model::RunId run = {};
    model::JobId job = {};  // none for a fork
    std::int64_t run_attempt = 1;
    std::string environment = {};
    std::string sha = {};
    ForkHead head = {};
    std::string definition = {};
    std::string digests_json = "{}";
    std::string asked_json = "{}";
    std::string subject = {};
    std::optional<TimePoint> expires_at = {};
};

struct ApprovalRow {
    model::ApprovalId id;
    model::ApprovalKind kind = model::ApprovalKind::fork;
    model::RepositoryId repository;
    model::RunId run;
    model::JobId job;
    std::int64_t run_attempt = 1;
    std::string environment;
    std::string sha;
    ForkHead head;
    std::string definition;
    std::string digests_json;
    std::string asked_json;
    std::string subject;
    model::ApprovalState state = model::ApprovalState::pending;
    std::string reason;
    std::string break_glass;
    std::string break_glass_by;
    TimePoint created_at;
    std::optional<TimePoint> expires_at;
    std::optional<TimePoint> decided_at;
};

/// A second open one of the same fork's commit, or of the same job, breaks a constraint.
model::ApprovalId insert_approval(Transaction& tx, const NewApproval& approval);
std::optional<ApprovalRow> find_approval(Connection& db, model::ApprovalId id);
/// Pending or approved.
std::optional<ApprovalRow> find_approval_of_job(Connection& db, model::JobId job);
/// Pending or approved, of the commit that this run is about.
std::optional<ApprovalRow> find_approval_of_head(Connection& db, const ApprovalRow& like);
/// Every one that was about this job, newest first.
std::vector<ApprovalRow> list_approvals_of_job(Connection& db, model::JobId job);

struct ApprovalQuery {
    model::RepositoryId repository = {};
    Among among = {};
    std::string state = {};
    model::RunId run = {};
};

Listed<ApprovalRow> list_approvals(Connection& db, const ApprovalQuery& by, const ListPage& page);

struct ApprovalMove {
    model::ApprovalId id = {};
    model::ApprovalState from = model::ApprovalState::pending;
    model::ApprovalState to = model::ApprovalState::approved;
    std::string_view reason = {};
    std::string_view actor = {};
    std::optional<TimePoint> expires_at = {};  // of an answer
};

/// Compare-and-set. Code::conflict when it is not in `from`.
Result<> move_approval(Transaction& tx, const ApprovalMove& move);
/// The freeze does not count for this one.
void break_glass(
    Transaction& tx, model::ApprovalId id, std::string_view reason, std::string_view actor
);

struct Vote {
    std::string actor;
    bool approves = false;
    std::string comment;
    TimePoint at;
};

/// Code::conflict when that one has voted.
Result<> add_vote(Transaction& tx, model::ApprovalId id, const Vote& vote);
/// In the order in which they came.
std::vector<Vote> list_votes(Connection& db, model::ApprovalId id);

// ── environments ─────────────────────────────────────────────────────────────────────────────

/// As set for this name, whatever its case; none where nothing is set for it.
Result<model::EnvironmentRules> own_rules_of(Connection& db, const EnvironmentRow& environment);
/// The same, else what is set for "*". An error where nobody can read them.
Result<model::EnvironmentRules> rules_of(
    Connection& db, model::RepositoryId repository, std::string_view environment
);
void set_rules(
    Transaction& tx,
    const EnvironmentRow& environment,
    const model::EnvironmentRules& rules,
    std::string_view actor
);

// ── waiting ──────────────────────────────────────────────────────────────────────────────────

/// A job that waits for its rules tries again then; nothing: an event says when.
void set_wake(Transaction& tx, model::JobId job, std::optional<TimePoint> at);
/// Waiting ones whose time has come; each is named once.
std::vector<model::JobId> take_due_jobs(Transaction& tx);
/// Who asked for the run's newest attempt; empty: it is the first.
std::string rerun_by(Connection& db, model::RunId run);
/// Waiting jobs of that environment ("*": of any), oldest first: its rules have changed.
std::vector<model::JobId> list_held_jobs(
    Connection& db, model::RepositoryId repository, std::string_view environment
);

/// {key: digest} of the run's images that were pushed, of its Terraform plans, and of what it
/// deploys again, as JSON.
std::string image_digests(Connection& db, model::RunId run);

}  // namespace triphammer::store
