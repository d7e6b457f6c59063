#pragma once
// The GITHUB_TOKEN of each job while the server has a GitHub App: made when its runner is let in,
// kept sealed until it is revoked, which is when the job has ended. What must be revoked stands in
// the tables: a daemon that was killed does it later. One that nobody got to keep dies by itself
// within the hour.

#include "access/sealing.hpp"
#include "base/alarm.hpp"
#include "base/clock.hpp"
#include "github/app.hpp"
#include "launch/document_source.hpp"
#include "store/sqlite/database.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace triphammer::launch {

/// Before its end a token is replaced, for the steps that begin then.
constexpr std::chrono::minutes kRenewToken{15};

class JobTokens {
  public:
    struct Parts {
        Executor executor;
        store::Database& database;
        const access::Sealer& sealer;
        const Clock& clock;
    };

    /// The App outlives this object; while it is nobody, jobs get no token.
    JobTokens(Parts parts, github::App& app);

    /// For the attempt whose runner brings this token; empty for any other runner. Where the App is
    /// not installed, the note says so. An error is the reason why the job cannot begin; takes 20
    /// seconds at most.
    Task<Result<JobToken>> mint(model::Fence fence, Secret attempt_token);

    /// Another one, kept, for the steps to come of an attempt whose last one ends soon.
    /// Code::conflict: it lasts. Code::not_found: the attempt has none. Else as `mint`.
    Task<Result<JobToken>> renew(model::Fence fence);

    /// In the transaction that hands it over.
    void keep(store::Transaction& tx, model::Fence fence, const JobToken& token) const;

    /// Revokes what is left over, until it is cancelled.
    Task<> run();

    /// A job has ended.
    void wake() { alarm_.ring(); }

  private:
    struct Asked;
    static Result<std::optional<Asked>> find_asked(
        store::Connection& db, model::Fence fence, const Secret& attempt_token
    );
    static std::optional<Asked> asked_of(store::Connection& db, model::JobId id);
    Result<Asked> find_renewed(store::Connection& db, model::Fence fence) const;
    Task<Result<JobToken>> mint_asked(Asked asked);
    Task<Result<github::InstallationToken>> mint_patiently(Asked asked);
    Task<> revoke_dead();
    Task<bool> revoke(model::Fence fence, const std::string& sealed);

    Parts parts_;
    github::App& app_;
    Alarm alarm_;
};

}  // namespace triphammer::launch
