#pragma once
// `job_tokens`: tokens of the forge that jobs were given and that are still to be revoked; sealed
// by launch/ before they come here.

#include "store/sqlite/transaction.hpp"

#include <optional>
#include <string>
#include <vector>

namespace triphammer::store {

struct JobTokenRow {
    std::int64_t id = 0;
    model::Fence attempt;
    std::string sealed;
    TimePoint expires_at;
};

/// Gives it an id of its own.
void add_job_token(Transaction& tx, const JobTokenRow& token);
/// When the last one of the attempt's tokens ends; nothing: it has none.
std::optional<TimePoint> find_job_token_end(Connection& db, model::Fence attempt);
/// Of attempts that have ended, oldest first.
std::vector<JobTokenRow> list_dead_job_tokens(Connection& db, int limit);
void remove_job_token(Transaction& tx, std::int64_t id);

}  // namespace triphammer::store
