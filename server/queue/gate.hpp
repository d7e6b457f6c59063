#pragma once
// What stands between a queued job and a worker besides the worker: asked in the transaction of
// each claim, so that an answer that no longer holds starts nothing. For this folder alone.

#include "queue/queue.hpp"
#include "store/deployments/approval_store.hpp"

#include <string>
#include <vector>

namespace triphammer::queue {

struct Gate {
    enum class Way {
        open,
        waits,  // until `wake` of the job, or an answer
        skips,  // nothing of it may run, and nobody has to answer for that
        fails,
        passed,  // an `approve:` job that has what it asked for: there is nothing to run
    };
    Way way = Way::open;
    std::string reason = {};
    model::Cause cause = model::Cause::none;
};

/// Opens the question to people where there has to be one. An error is a broken table.
Result<Gate> look_at_gate(
    store::Transaction& tx, const store::JobRow& job, const ClaimRequest& request
);

/// What people have to answer under, now.
struct Demand {
    std::int64_t approvals = 0;
    std::vector<std::string> reviewers = {};  // empty: whoever may approve
    bool allows_author = false;
    Milliseconds expires = model::EnvironmentRules::kExpiry;
};

/// Of a question that was asked.
Result<Demand> demand_of(store::Connection& db, const store::ApprovalRow& question);
/// Answers in favour that count under it.
std::int64_t count_approvals(
    store::Connection& db, const store::ApprovalRow& question, const Demand& demand
);
/// Whether this actor may answer. Code::refused says why not.
Result<> check_voter(
    store::Connection& db,
    const store::ApprovalRow& question,
    const Demand& demand,
    const std::string& actor
);

/// The question of a job that has ended is void, where nobody has answered it.
Result<> close_question(
    store::Transaction& tx, const store::JobRow& job, const store::JobMove& last
);

}  // namespace triphammer::queue
