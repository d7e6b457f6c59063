#pragma once
// Where no step on this machine may go.

#include "execution/network.hpp"

namespace triphammer::execution {

/// Closed are link-local addresses and other places of instance metadata, loopback, this machine's
/// own addresses (so the daemon, whatever it listens on) and its networks of containers, as they
/// are now; excepted the name servers of /etc/resolv.conf, at their port 53. Takes some ten
/// microseconds.
Borders find_borders();

}  // namespace triphammer::execution
