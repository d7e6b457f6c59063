#pragma once
// What carries out jobs: the daemon's own parts, and those of a run without a daemon. Members are
// destroyed in reverse: nothing uses what is gone.

#include "api/call/services.hpp"
#include "api/live/live_hub.hpp"
#include "api/router.hpp"
#include "app/config.hpp"
#include "app/core.hpp"
#include "artifacts/keeper.hpp"
#include "base/spawn.hpp"
#include "git/mirror.hpp"
#include "github/clients.hpp"
#include "http/server.hpp"
#include "launch/dispatcher.hpp"
#include "launch/document_source.hpp"
#include "launch/job_tokens.hpp"
#include "launch/runner_gateway.hpp"

namespace triphammer::app {

struct Workshop {
    /// Both outlive this object. All on the logic thread.
    Workshop(const Config& config, Core& core, Executor executor);
    Workshop(const Workshop&) = delete;
    Workshop& operator=(const Workshop&) = delete;

    /// Opens what is stored, makes the run directory and listens for runners in it.
    Result<> listen();

    const Config& config;
    SystemSpawner spawner;
    NamedThread git_thread{"git"};
    NamedThread blob_thread{"blobs"};
    artifacts::Keeper keeper;
    api::LiveHub live;
    git::Mirrors mirrors;
    git::Mirrors action_mirrors;
    launch::DocumentSource documents;
    github::App github_app;   // the configuration's, the one made here, or nobody
    github::Clients clients;  // at GitHub
    launch::JobTokens tokens;
    launch::RunnerGateway gateway;
    launch::Dispatcher dispatcher;
    api::Services services;
    api::Router router;
    http::Server server;

  private:
    launch::RunnerGateway::Parts gateway_parts(const Executor& executor, Core& core);
    launch::RunnerGateway::Callbacks gateway_callbacks();
};

}  // namespace triphammer::app
