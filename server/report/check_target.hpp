#pragma once
// Brings check runs up to date, where a GitHub App may write them; everywhere else it leaves the
// message to the commit statuses.
//
//   row in `check_runs` ─▶ POST ─▶ its number kept ─▶ PATCH … ─▶ completed
//                           └ answer lost: found again by external_id
// Annotations go 50 at a time. GitHub adds them to those that are there, so their number is kept,
// and asked for where an answer was lost.

#include "github/clients.hpp"
#include "report/check_draft.hpp"
#include "report/sender.hpp"

#include <string>

namespace triphammer::store {
class Database;
}

namespace triphammer::report {

class CheckTarget final : public Target {
  public:
    /// Everything given outlives this object. All calls on the logic thread.
    CheckTarget(
        store::Database& database,
        github::Clients& clients,
        Target& statuses,
        CheckSettings settings
    );

    /// The forge's last answer; 200 where nothing was to be changed.
    Task<Result<github::ApiAnswer>> send(std::string repository, store::MessageRow message)
        override;

  private:
    struct Place;

    Task<Result<CheckDraft>> prepare(const store::MessageRow& message);
    Task<Result<github::ApiAnswer>> bring(Place place, CheckDraft draft, bool is_begun);
    Task<Result<github::ApiAnswer>> find(const Place& place, CheckDraft& draft);
    Task<Result<github::ApiAnswer>> count(const Place& place, CheckDraft& draft);
    Task<Result<github::ApiAnswer>> tell(const Place& place, CheckDraft& draft);
    Task<Result<github::ApiAnswer>> request(const Place& place, const CheckDraft& draft);
    Task<Result<>> keep(store::CheckRunRow row);

    store::Database& database_;
    github::Clients& clients_;
    Target& statuses_;
    CheckSettings settings_;
};

}  // namespace triphammer::report
