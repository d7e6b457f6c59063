#pragma once
// The hooks whose logs GitHub can be asked for: those of repositories with a token, made by us or
// found by their address, and the App's. And who may read the repositories' branches.

#include "base/clock.hpp"
#include "github/app.hpp"
#include "github/client.hpp"
#include "intake/branch_watch.hpp"
#include "intake/catch_up.hpp"
#include "model/ids.hpp"
#include "store/repository_store.hpp"

#include <map>
#include <string>
#include <vector>

namespace triphammer::access {
class Sealer;
}

namespace triphammer::intake {

struct FeedSettings {
    github::ApiSettings api;  // with the server's own token, for repositories without one
    std::string token_host;   // where that one belongs to: github.url's
    std::string hooks;        // what addresses of our hooks begin with; empty: none is looked for
};

class GitHubFeeds final : public FeedSource, public BranchSource {
  public:
    /// Everything given outlives this object. All calls on the logic thread.
    struct Parts {
        store::Database& database;
        const access::Sealer& sealer;
        const Clock& clock;
        github::App& app;
    };

    GitHubFeeds(Parts parts, FeedSettings settings);

    Task<Result<std::vector<Feed>>> list() override;
    Task<Result<github::ApiAnswer>> get(Feed feed, std::string path, std::string etag) override;
    Task<Result<github::Client>> client_for(store::RepositoryRow row) override;

  private:
    Task<Result<std::vector<store::RepositoryRow>>> read_repositories();
    Task<> look_for_hook(store::RepositoryRow& row, const Secret& token);
    Secret token_of(const store::RepositoryRow& row) const;
    bool may_look(const store::RepositoryRow& row);

    Parts parts_;
    FeedSettings settings_;
    std::map<model::RepositoryId, Instant> looked_at_;  // for a hook, when
};

}  // namespace triphammer::intake
