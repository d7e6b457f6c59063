#pragma once
// `told_objects`: what others made of our messages, so that it is changed instead of made again;
// `pull_runs`: what the comment on a pull request is about.

#include "store/sqlite/transaction.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

/// Channel and subject are the outbox's.
struct ToldObject {
    std::string channel = {};
    std::string subject = {};
    std::int64_t round = 0;      // counts objects that somebody removed there
    std::string remote_id = {};  // empty: there is none, or the answer that named it was lost
    std::string shown = {};      // SHA-256 of what it says
};

/// One of round 0 without an id where nothing is known.
ToldObject get_told_object(Connection& db, std::string_view channel, std::string_view subject);
void keep_told_object(Transaction& tx, const ToldObject& object);

struct PullRun {
    model::RepositoryId repository = {};
    std::int64_t number = 0;  // of the pull request
    std::string workflow_path = {};
    std::string event = {};
    std::string head_sha = {};
    model::RunId run = {};
};

/// Takes the place of the same workflow's older run; nothing happens where a newer one has it.
void keep_pull_run(Transaction& tx, const PullRun& run);
/// The newest run of each workflow, of the newest run's commit only; oldest first.
std::vector<model::RunId> list_pull_runs(
    Connection& db, model::RepositoryId repository, std::int64_t number
);

}  // namespace triphammer::store
