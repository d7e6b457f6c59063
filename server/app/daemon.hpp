#pragma once

#include "app/config.hpp"

namespace triphammer::app {

struct ServeOptions {
    bool drain_jobs = false;  // on SIGTERM wait for running jobs, not only for open transactions
};

/// The daemon, until SIGTERM or SIGINT; the exit status of the contract. A second signal ends it at
/// once.
int serve(const Config& config, const ServeOptions& options);

}  // namespace triphammer::app
