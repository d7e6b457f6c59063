#pragma once
// Makes deployments at GitHub and tells their states. One whose making was answered to nobody is
// found again by what stands in its payload; so there is never a second one.

#include "github/clients.hpp"
#include "report/deployment_note.hpp"
#include "report/sender.hpp"

#include <string>

namespace triphammer::store {
class Database;
}

namespace triphammer::report {

class DeploymentTarget final : public Target {
  public:
    struct Settings {
        std::string server_id;   // of the data directory: whose deployments they are
        std::string public_url;  // without a slash at its end
    };

    /// Database and clients outlive this object. All calls on the logic thread.
    DeploymentTarget(store::Database& database, github::Clients& clients, Settings settings);

    /// The forge's last answer; 200 where nothing was to be changed.
    Task<Result<github::ApiAnswer>> send(std::string repository, store::MessageRow message)
        override;

  private:
    struct Place;

    Task<Result<github::ApiAnswer>> bring(Place place, DeploymentDraft draft) const;
    Task<Result<github::ApiAnswer>> begin(const Place& place, DeploymentDraft& draft) const;
    Task<Result<github::ApiAnswer>> find(const Place& place, DeploymentDraft& draft) const;
    Task<Result<github::ApiAnswer>> create(const Place& place, DeploymentDraft& draft) const;

    store::Database& database_;
    github::Clients& clients_;
    Settings settings_;
};

}  // namespace triphammer::report
