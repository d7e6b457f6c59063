#pragma once
// A GitHub App on the repositories where it is installed: tokens of short life, each for one
// repository. Source: GitHub's pages "REST API endpoints for GitHub Apps" and "… for GitHub App
// installations".

#include "github/client.hpp"

#include <map>
#include <string>

namespace triphammer::github {

/// As the API names them ("pull_requests") → read, write.
using Permissions = std::map<std::string, std::string>;

struct AppSettings {
    std::string id;
    Secret private_key;  // PEM
    ApiSettings api;     // without a token
};

struct InstallationToken {
    Secret value;
    TimePoint expires_at;  // an hour after it was made, at most
    Permissions permissions;
};

/// What both give, at most; `metadata` is read in any case. Pure.
Permissions meet(const Permissions& wanted, const Permissions& granted);

/// All on the logic thread.
class App {
  public:
    /// The clock outlives this object.
    App(AppSettings settings, const Clock& clock);

    /// A token for `repository` (OWNER/NAME) alone, that may do of `wanted` what the App was
    /// granted there. Errors: not_found (the App is not installed there), unauthorized (its id or
    /// key is wrong), refused (GitHub says why), unavailable (may be better later), those of
    /// http::Client.
    Task<Result<InstallationToken>> mint(std::string repository, Permissions wanted);

    /// As the App itself; errors and ETag are Client's, and invalid where the key is none.
    Task<Result<ApiAnswer>> get(std::string path, std::string etag);

    /// The token is worth nothing afterwards; fine when that was so before.
    Task<Result<>> revoke(Secret token) const;

  private:
    struct Installation {
        std::string id;
        Permissions permissions;
        TimePoint read_at;
        bool is_there = false;  // whether the App is installed at all
    };

    Result<Client> make_client();
    Task<Result<Installation>> find_installation(std::string repository);
    Task<Result<Installation>> read_installation(std::string repository);

    AppSettings settings_;
    const Clock& clock_;
    Secret jwt_;
    TimePoint jwt_made_at_;
    std::map<std::string, Installation> installations_;  // by repository, for some minutes
};

}  // namespace triphammer::github
