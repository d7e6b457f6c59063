#pragma once
// The server's certificate while it runs: who renews it replaces two files, and says so by SIGHUP
// or not at all.

#include "app/config.hpp"
#include "base/task.hpp"

#include <boost/asio/signal_set.hpp>

namespace triphammer::app {

/// Reads certificate and key again at each SIGHUP, until it is cancelled. Connections keep what
/// they began with; where the new files do not fit, the old ones stay and the log says why.
Task<> reload_at_hangup(http::Server& server, boost::asio::signal_set& hangups);

/// The same when something in the files' folders changes (inotify(7)): a renewal that renames or
/// moves a symbolic link is seen, too. Returns at once without TLS.
Task<> reload_at_change(http::Server& server, const Config& config);

}  // namespace triphammer::app
