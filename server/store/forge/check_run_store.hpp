#pragma once
// `check_runs`: the check runs that this server has made at GitHub, or was about to.

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triphammer::store {

struct CheckRunRow {
    std::int64_t id = 0;
    model::RepositoryId repository = {};
    std::string sha = {};
    std::string name = {};
    std::string app = {};  // number of the GitHub App that makes it
    model::RunId run = {};
    model::JobId job = {};
    std::int64_t run_attempt = 0;  // the job's
    std::string remote_id = {};    // empty: there is none, or the answer that named it was lost
    bool is_completed = false;     // GitHub has said so
    std::int64_t annotated = 0;    // annotations that it has there; -1: ask, an answer was lost
    std::string shown = {};        // SHA-256 of what it says
};

/// Before GitHub is asked to make it, so that one whose answer is lost is found again.
std::int64_t insert_check_run(Transaction& tx, const CheckRunRow& row);
/// All but whose it is: repository, sha, name, app.
void keep_check_run(Transaction& tx, const CheckRunRow& row);

std::optional<CheckRunRow> find_check_run(Connection& db, std::int64_t id);
/// The last one of that name, which is the one that counts at GitHub.
std::optional<CheckRunRow> find_newest_check_run(
    Connection& db, model::RepositoryId repository, std::string_view sha, std::string_view name
);
/// The last one of each name on a commit.
std::vector<CheckRunRow> list_newest_check_runs(
    Connection& db, model::RepositoryId repository, std::string_view sha, std::string_view app
);

}  // namespace triphammer::store
