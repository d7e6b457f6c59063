#pragma once
// From `changes` to rows of `outbox`. The cursor moves in the transaction that writes the rows, so
// that each change is reported once, whatever dies in between.

#include "report/channel_settings.hpp"
#include "store/sqlite/transaction.hpp"

#include <string>
#include <vector>

namespace triphammer::report {

inline constexpr const char* kStatusChannel = "github-status";

struct WriterSettings {
    std::string public_url;    // without a slash at its end; empty: statuses carry no link
    bool comments = false;     // on pull requests, of what jobs report
    bool deployments = false;  // of jobs that name an environment
    bool has_forge = true;     // false: only of repositories with a token of their own
    std::vector<ChannelSettings> channels = {};
};

/// Writes what the next changes (a few hundred at once) have to be reported as; true when more
/// wait. Several changes of one job become one row: the last state wins. Changes of before
/// yesterday are passed over: reporting was off then.
Result<bool> write_outbox(store::Transaction& tx, const WriterSettings& settings);

/// Whether somebody could set statuses there.
bool may_report(
    store::Connection& db, model::RepositoryId repository, const WriterSettings& settings
);

/// The status of one job as it is now, for callers that change it in the same transaction.
/// Code::not_found.
Result<> report_job(store::Transaction& tx, model::JobId job, const WriterSettings& settings);
/// The same for a run without jobs (cause invalid); nothing for other runs.
Result<> report_run(store::Transaction& tx, model::RunId run, const WriterSettings& settings);

}  // namespace triphammer::report
