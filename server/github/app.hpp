#pragma once
// A GitHub App on the repositories where it is installed: tokens of short life, each for one
// repository. Source: GitHub's pages "REST API endpoints for GitHub Apps" and "… for GitHub App
// installations".

#include "github/client.hpp"

#include <map>
#include <optional>
#include <string>

namespace triphammer::github {

/// As the API names them ("pull_requests") → read, write.
using Permissions = std::map<std::string, std::string>;

/// Who the App is.
struct AppIdentity {
    std::string id;
    Secret private_key;  // PEM
};

struct InstallationToken {
    Secret value;
    TimePoint expires_at;  // an hour after it was made, at most
    Permissions permissions;
};

/// What both give, at most; `metadata` is read in any case. Pure.
Permissions meet(const Permissions& wanted, const Permissions& granted);

/// What a repository's installation is; nothing is there where the App is not installed.
struct Installation {
    std::string id;
    Permissions permissions;
    bool is_there = false;
};

/// All on the logic thread.
class App {
  public:
    /// Nobody yet: `use`. The clock outlives this object; a token in `api` does not count.
    App(ApiSettings api, const Clock& clock);

    /// From now on; nothing: there is none any more. What was known of another is forgotten.
    void use(std::optional<AppIdentity> identity);

    bool is_known() const { return identity_.has_value(); }

    std::string id() const { return identity_ ? identity_->id : ""; }

    /// Where it is installed is asked anew.
    void look_again();

    /// A token for `repository` (OWNER/NAME) alone, that may do of `wanted` what the App was
    /// granted there. Errors: not_found (the App is not installed there), unauthorized (its id or
    /// key is wrong), refused (GitHub says why), unavailable (may be better later), those of
    /// http::Client.
    Task<Result<InstallationToken>> mint(std::string repository, Permissions wanted);

    /// One for the server's own use, kept while it lasts ten minutes more. Code::not_found also
    /// where the App may not do all of `wanted` there; else as `mint`.
    Task<Result<Secret>> borrow(std::string repository, Permissions wanted);
    /// The same for all repositories of an installation (its id).
    Task<Result<Secret>> borrow_for(std::string installation, Permissions wanted);

    /// As the App itself; errors and ETag are Client's, invalid where the key is none, and
    /// not_found where there is no App. An answer has `body_limit` bytes at most, 0: as set.
    Task<Result<ApiAnswer>> get(std::string path, std::string etag, std::uint64_t body_limit = 0);

    /// The same, to change something of the App's.
    Task<Result<ApiAnswer>> patch(std::string path, std::string json);

    /// Where it is installed; kept for two minutes.
    Task<Result<Installation>> find_installation(std::string repository);

    /// The token is worth nothing afterwards; fine when that was so before.
    Task<Result<>> revoke(Secret token) const;

  private:
    struct Known {
        Installation installation;
        TimePoint read_at;
    };

    Result<Client> make_client(std::uint64_t body_limit = 0);
    Task<Result<Installation>> read_installation(std::string repository);
    Task<Result<InstallationToken>> request_token(std::string installation, std::string body);

    ApiSettings api_;
    std::optional<AppIdentity> identity_;
    const Clock& clock_;
    Secret jwt_;
    TimePoint jwt_made_at_;
    std::map<std::string, Known> installations_;         // by repository, for some minutes
    std::map<std::string, InstallationToken> borrowed_;  // by whose and what for
};

}  // namespace triphammer::github
