#pragma once
// Brings the one comment on a pull request up to date. It is known by the id that the answer to its
// making named. Where that answer was lost, or the database is older than the comment, it is found
// by its hidden marker: so there is never a second one.

#include "github/clients.hpp"
#include "report/pull_comment.hpp"
#include "report/sender.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>

namespace triphammer::store {
class Database;
}

namespace triphammer::report {

class CommentTarget final : public Target {
  public:
    /// Database and clients outlive this object. All calls on the logic thread.
    CommentTarget(store::Database& database, github::Clients& clients, CommentSettings settings);

    /// The forge's last answer; 200 where nothing was to be changed.
    Task<Result<github::ApiAnswer>> send(std::string repository, store::MessageRow message)
        override;

  private:
    struct Place;
    struct Found;
    using Wanted = std::function<bool(const nlohmann::json& comment)>;

    Task<Result<github::ApiAnswer>> bring(Place place, CommentDraft draft) const;
    Task<Result<Found>> find(const Place& place, Wanted wanted) const;
    Task<Result<github::ApiAnswer>> create(const Place& place, CommentDraft draft) const;
    Task<Result<github::ApiAnswer>> change(const Place& place, CommentDraft draft) const;
    Task<Result<github::ApiAnswer>> give_up(
        const Place& place, store::ToldObject object, github::ApiAnswer refusal
    ) const;

    store::Database& database_;
    github::Clients& clients_;
    CommentSettings settings_;
};

}  // namespace triphammer::report
