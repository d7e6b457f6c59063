#pragma once
// Concurrency groups: one run or job of a group at a time, the others wait in the order of their
// runs. Source: GitHub's page "Control the concurrency of workflows and jobs".

#include "plan/job_values.hpp"
#include "store/runs/concurrency_store.hpp"
#include "store/runs/job_store.hpp"

#include <string>
#include <vector>

namespace triphammer::queue {

/// Who enters a group; without a job: the run as a whole.
struct Member {
    model::RepositoryId repository = {};
    model::RunId run = {};
    model::JobId job = {};
};

/// A place in the group for a job that will come: later runs of its workflow on its ref go behind
/// it, even where their job is ready first.
void keep_place(store::Transaction& tx, const Member& member, const std::string& group);

/// True: the group was free, or the member's own run or caller has it; it may go on. False: it
/// waits.
bool enter_group(store::Transaction& tx, const Member& member, const plan::Group& group);

/// What a newcomer that waits does to the others: unless the group keeps all, those that wait are
/// cancelled; with cancel-in-progress the one that goes on, too. Where the queue is full, the
/// newcomer itself is. Call it when everything about the newcomer is stored: its turn may come
/// within.
Result<> make_room(store::Transaction& tx, const Member& member, const plan::Group& group);

/// The places of what has ended in this run are given to the next.
Result<> leave_groups(store::Transaction& tx, model::RunId run);

/// "waits for run 7 in group 'production'".
std::string describe_wait(store::Connection& db, const Member& member, const std::string& group);

std::string to_json_text(const plan::Group& group);
plan::Group group_of(const std::string& json_text);

}  // namespace triphammer::queue
