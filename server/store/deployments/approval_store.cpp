#include "store/deployments/approval_store.hpp"

#include "store/sqlite/change_store.hpp"
#include "store/sqlite/state_change.hpp"
#include "store/sqlite/window.hpp"

#include <nlohmann/json.hpp>

namespace triphammer::store {

using model::ApprovalId;
using model::ApprovalState;

namespace {

const std::string kFields =
    "kind, repository, run, job, run_attempt, environment, sha, head_repository, author, "
    "definition, digests, asked, subject, state, reason, break_glass, break_glass_by, created_at, "
    "expires_at, decided_at";

ApprovalRow read_approval(Statement& row) {
    ApprovalRow out;
    std::string kind;
    std::string state;
    row.read(
        out.id,
        kind,
        out.repository,
        out.run,
        out.job,
        out.run_attempt,
        out.environment,
        out.sha,
        out.head.repository,
        out.head.author,
        out.definition,
        out.digests_json,
        out.asked_json,
        out.subject,
        state,
        out.reason,
        out.break_glass,
        out.break_glass_by,
        out.created_at,
        out.expires_at,
        out.decided_at
    );
    out.kind = model::parse_approval_kind(kind).value();
    out.state = model::parse_approval_state(state).value();
    return out;
}

std::string select(std::string_view rest) {
    return "SELECT id, " + kFields + " FROM approvals " + std::string{rest};
}

/// Asked by the run or a job of it, or about the same commit of the same fork.
const std::string kAboutRun =
    "id IN (SELECT asked.id FROM runs AS wanted LEFT JOIN fork_heads AS head ON head.run = "
    "wanted.id "
    "JOIN approvals AS asked ON asked.run = wanted.id OR (asked.kind = 'fork' "
    "AND asked.repository = head.repository AND asked.sha = head.sha "
    "AND asked.head_repository = head.head_repository AND asked.author = head.author) "
    "WHERE wanted.id = ?)";

template <class Id>
Id read_id(Statement& row) {
    Id id;
    row.read(id);
    return id;
}

}  // namespace

ApprovalId insert_approval(Transaction& tx, const NewApproval& approval) {
    auto insert = tx.prepare(
        "INSERT INTO approvals (kind, repository, run, job, run_attempt, environment, sha, "
        "head_repository, author, definition, digests, asked, subject, state, created_at, "
        "expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?)"
    );
    insert
        .bind(
            name_of(approval.kind),
            approval.repository,
            approval.run,
            approval.job,
            approval.run_attempt,
            approval.environment,
            approval.sha,
            approval.head.repository,
            approval.head.author,
            approval.definition,
            approval.digests_json,
            approval.asked_json,
            approval.subject,
            tx.now(),
            approval.expires_at
        )
        .run();
    const ApprovalId id{tx.last_insert_id()};
    NewChange change{.subject = "approval", .id = id.value, .run = approval.run};
    change.to_state = name_of(ApprovalState::pending);
    record_state(tx, change);
    return id;
}

std::optional<ApprovalRow> find_approval(Connection& db, ApprovalId id) {
    return db.prepare(select("WHERE id = ?")).bind(id).find_row(read_approval);
}

std::optional<ApprovalRow> find_approval_of_job(Connection& db, model::JobId job) {
    auto query =
        db.prepare(select("WHERE job = ? AND job IS NOT NULL AND state IN ('pending', 'approved')")
        );
    return query.bind(job).find_row(read_approval);
}

std::optional<ApprovalRow> find_approval_of_head(Connection& db, const ApprovalRow& like) {
    auto query =
        db.prepare(select("WHERE repository = ? AND sha = ? AND head_repository = ? AND author = ? "
                          "AND kind = 'fork' AND state IN ('pending', 'approved')"));
    query.bind(like.repository, like.sha, like.head.repository, like.head.author);
    return query.find_row(read_approval);
}

std::vector<ApprovalRow> list_approvals_of_job(Connection& db, model::JobId job) {
    auto query = db.prepare(select("WHERE job = ? AND job IS NOT NULL ORDER BY id DESC"));
    return query.bind(job).list(read_approval);
}

Listed<ApprovalRow> list_approvals(
    Connection& db, const ApprovalQuery& query, const ListPage& page
) {
    Window window{"approvals", "id"};
    window.sift("repository = ?", query.repository.value);
    window.sift_among("repository", query.among);
    window.sift(kAboutRun, query.run.value);
    const bool wants_pending = query.state == "pending";
    if (wants_pending) window.use("state = ?", query.state);
    if (!wants_pending) window.sift("state = ?", query.state);
    return window.list(db, kFields, page, read_approval);
}

Result<> move_approval(Transaction& tx, const ApprovalMove& move) {
    auto update = tx.prepare(
        "UPDATE approvals SET state = ?, reason = ?, decided_at = ?, "
        "expires_at = coalesce(?, expires_at) WHERE id = ? AND state = ? RETURNING run"
    );
    update.bind(
        name_of(move.to), move.reason, tx.now(), move.expires_at, move.id, name_of(move.from)
    );
    const auto run = update.find<model::RunId>();
    if (!run) {
        return conflict(
            "approval " + to_text(move.id) + " is not " + std::string{name_of(move.from)} +
            " any more"
        );
    }
    NewChange change{.subject = "approval", .id = move.id.value, .run = *run};
    change.from_state = name_of(move.from);
    change.to_state = name_of(move.to);
    change.reason = move.reason;
    change.actor = move.actor;
    record_state(tx, change);
    return {};
}

void break_glass(Transaction& tx, ApprovalId id, std::string_view reason, std::string_view actor) {
    auto update = tx.prepare(
        "UPDATE approvals SET break_glass = ?, break_glass_by = ? WHERE id = ? RETURNING run"
    );
    const auto run = update.bind(reason, actor, id).find<model::RunId>();
    NewChange change{.subject = "approval", .id = id.value, .run = run.value_or(model::RunId{})};
    const auto text = "broke the glass: " + std::string{reason};
    change.reason = text;
    change.actor = actor;
    append_change(tx, change);
}

Result<> add_vote(Transaction& tx, ApprovalId id, const Vote& vote) {
    auto insert = tx.prepare(
        "INSERT INTO approval_votes (approval, actor, approves, comment, at) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    );
    insert.bind(id, vote.actor, vote.approves, vote.comment, vote.at);
    if (insert.run() > 0) return {};
    return conflict(vote.actor + " has answered approval " + to_text(id) + " already");
}

std::vector<Vote> list_votes(Connection& db, ApprovalId id) {
    auto query = db.prepare(
        "SELECT actor, approves, comment, at FROM approval_votes WHERE approval = ? "
        "ORDER BY at, actor"
    );
    return query.bind(id).list([](Statement& row) {
        Vote vote;
        row.read(vote.actor, vote.approves, vote.comment, vote.at);
        return vote;
    });
}

void set_wake(Transaction& tx, model::JobId job, std::optional<TimePoint> at) {
    tx.prepare("UPDATE jobs SET wake_at = ? WHERE id = ?").bind(at, job).run();
}

std::vector<model::JobId> take_due_jobs(Transaction& tx) {
    auto due = tx.prepare(
        "SELECT id FROM jobs WHERE wake_at IS NOT NULL AND wake_at <= ? AND state = 'waiting' "
        "ORDER BY id"
    );
    auto jobs = due.bind(tx.now()).list(read_id<model::JobId>);
    auto clear =
        tx.prepare("UPDATE jobs SET wake_at = NULL WHERE wake_at IS NOT NULL AND wake_at <= ?");
    clear.bind(tx.now()).run();
    return jobs;
}

std::string rerun_by(Connection& db, model::RunId run) {
    auto query = db.prepare("SELECT rerun_by FROM runs WHERE id = ?");
    return query.bind(run).find<std::string>().value_or("");
}

std::vector<model::JobId> list_held_jobs(
    Connection& db, model::RepositoryId repository, std::string_view environment
) {
    auto query = db.prepare(
        "SELECT approvals.job FROM approvals JOIN jobs ON jobs.id = approvals.job "
        "WHERE approvals.kind = 'environment' AND approvals.state IN ('pending', 'approved') "
        "AND approvals.job IS NOT NULL AND approvals.repository = ?1 "
        "AND (approvals.environment = ?2 COLLATE NOCASE OR ?2 = '*') "
        "AND jobs.state = 'waiting' ORDER BY approvals.job"
    );
    return query.bind(repository, environment).list(read_id<model::JobId>);
}

std::string image_digests(Connection& db, model::RunId run) {
    auto query = db.prepare(
        "SELECT key, CASE kind WHEN 'image' THEN json_extract(outputs, '$.digest') "
        "ELSE json_extract(outputs, '$.\"plan-hash\"') END FROM jobs "
        "WHERE run = ?1 AND kind IN ('image', 'terraform') AND state = 'succeeded' "
        "UNION ALL SELECT jobs.key, source.digest FROM jobs "
        "JOIN redeployments ON redeployments.job = jobs.id "
        "JOIN deployments AS source ON source.id = redeployments.source WHERE jobs.run = ?1"
    );
    auto out = nlohmann::json::object();
    query.bind(run);
    while (query.step()) {
        std::string key;
        std::string digest;
        query.read(key, digest);
        if (!digest.empty()) out[key] = digest;
    }
    return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace triphammer::store
