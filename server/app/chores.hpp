#pragma once
// What a daemon does beside its work, from its start to its stop.

#include "app/config.hpp"
#include "app/core.hpp"
#include "base/task_group.hpp"

#include <boost/asio/signal_set.hpp>

namespace triphammer::app {

struct ChoreParts {
    const Config& config;
    Core& core;
    http::Server& server;
    boost::asio::signal_set& hangups;  // SIGHUP
};

/// Tells systemd that the logic thread answers, finishes a change of the master key that a death
/// interrupted, reads the certificate again when it is renewed, keeps ways back (ways_back.hpp).
void spawn_chores(TaskGroup& chores, ChoreParts parts);

}  // namespace triphammer::app
