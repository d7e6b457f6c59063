#pragma once
// Answers of people. Plain functions over the writer's transaction, as in queue/queue.hpp: an
// answer and what follows from it are one change. What an answer is bound to stands in its row; at
// each claim the gate reads it again, so an answer that no longer fits starts nothing.
//
//   fork         pending ──▶ approved: the runs of that head commit have their turn
//                        └─▶ rejected: they are cancelled
//   environment  pending ──▶ approved: its job is queued, and the rules are asked once more
//                        └─▶ rejected: its job fails
//   job          pending ──▶ approved: its job succeeds
//                        └─▶ rejected: its job fails

#include "queue/queue.hpp"
#include "store/deployments/approval_store.hpp"

#include <string>
#include <vector>

namespace triphammer::queue {

struct Answer {
    model::ApprovalId approval = {};
    bool approves = false;
    std::string comment = {};
    std::string actor = {};
    std::string subject = {};      // of the question as it was shown; empty: whatever it is now
    std::string break_glass = {};  // why a freeze shall not count; empty: it does
};

/// What the question is now; pending: more people have to say so. Code::not_found, Code::refused,
/// Code::conflict where it was decided, expired or changed, or where this one has answered before.
/// Breaking the glass also goes for a question that was answered, while its job waits.
Result<model::ApprovalState> answer_approval(store::Transaction& tx, const Answer& answer);

/// all, first-time or none, at once for what waits and for what has not started. Code::invalid.
Result<> set_fork_policy(
    store::Transaction& tx,
    model::RepositoryId repository,
    const std::string& policy,
    const std::string& actor
);

/// At once for jobs that wait. Code::invalid for a reviewer who has no account.
Result<> set_environment_rules(
    store::Transaction& tx,
    const store::EnvironmentRow& environment,
    const model::EnvironmentRules& rules,
    const std::string& actor
);

/// How far a question has come.
struct Standing {
    std::int64_t needed = 0;
    std::int64_t given = 0;
    std::vector<std::string> reviewers = {};  // empty: whoever may approve
};

Result<Standing> standing_of(store::Connection& db, const store::ApprovalRow& question);
/// Why this actor may not answer; empty: it may.
std::string why_not(
    store::Connection& db, const store::ApprovalRow& question, const std::string& actor
);

}  // namespace triphammer::queue
