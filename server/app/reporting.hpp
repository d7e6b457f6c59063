#pragma once
// Who tells others what happened: statuses, check runs, deployments and comments at the forge, and
// the server's channels.

#include "app/config.hpp"
#include "app/core.hpp"
#include "github/clients.hpp"
#include "report/channels.hpp"
#include "report/check_target.hpp"
#include "report/comment_target.hpp"
#include "report/deployment_target.hpp"
#include "report/sender.hpp"

namespace triphammer::app {

class Reporting {
  public:
    /// All outlive this object; the configuration was checked.
    Reporting(Executor executor, const Config& config, Core& core, github::Clients& clients);

    /// Where there is anybody to tell. Again when there may be others: an App was made.
    void start();
    /// `changes` has grown.
    void wake();
    /// What is under way stays pending.
    Task<> stop();

    report::Channels& channels() { return channels_; }

  private:
    const Config& config_;
    github::Clients& clients_;
    report::GitHubTarget statuses_;
    report::CheckTarget checks_;  // in place of statuses, where the App may
    report::CommentTarget comments_;
    report::DeploymentTarget deployments_;
    report::Channels channels_;
    report::Sender sender_;
    bool is_started_ = false;
};

}  // namespace triphammer::app
