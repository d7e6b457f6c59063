#pragma once
// With whose right the server itself acts in a repository: the GitHub App's where it is installed
// and may do what is wanted, else that of the token which the repository was connected with, else
// github.token's.

#include "github/app.hpp"
#include "github/client.hpp"

#include <functional>
#include <map>
#include <string>

namespace triphammer::github {

/// Whether the forge says that this token may not; a limit is none.
bool is_refusal(const ApiAnswer& answer);

/// In place of the forge's: where there is nobody to ask as, as of what is gone for good (410).
ApiAnswer answer_of_nobody(const Error& error);

/// The token of a repository (OWNER/NAME) of its own; empty: it has none.
using OwnTokens = std::function<Task<Result<Secret>>(std::string repository)>;

/// All on the logic thread.
class Clients {
  public:
    /// `api` holds the server's own token, or none. App and clock outlive this object.
    Clients(ApiSettings api, App& app, const Clock& clock);

    void use(OwnTokens own_tokens) { own_tokens_ = std::move(own_tokens); }

    /// `repository` is OWNER/NAME. Code::not_found: nobody gives the right, and why; other errors
    /// are App::borrow's, where there is no token to take instead.
    Task<Result<Client>> find(std::string repository, Permissions wanted);

    /// As the App alone, for what only Apps may do (check runs). Code::not_found: there is none, it
    /// is not installed there, or may not do all of `wanted`; other errors are App::borrow's.
    Task<Result<Client>> find_app(std::string repository, Permissions wanted);

    /// The App's number; empty where there is none.
    std::string app_id() const { return app_.id(); }

    /// The token alone; empty where neither is for it.
    Task<Result<Secret>> find_token(std::string repository, Permissions wanted);

    /// When the forge refused (`is_refusal`) what was asked with a client of `find`: whether
    /// somebody else may be asked as, which `find` does for an hour then.
    bool pass_over(const std::string& repository);

    /// Whether anybody could be found for repositories without a token of their own.
    bool may_find() const { return !api_.token.empty() || app_.is_known(); }

  private:
    Task<Result<Secret>> find_without_app(std::string repository);

    ApiSettings api_;
    App& app_;
    const Clock& clock_;
    OwnTokens own_tokens_;
    std::map<std::string, TimePoint> passed_over_;  // repository → until when
};

}  // namespace triphammer::github
