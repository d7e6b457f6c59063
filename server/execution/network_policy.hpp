#pragma once
// Where no step on this machine may go.

#include "execution/network.hpp"

namespace triphammer::execution {

/// Closed are link-local addresses and other places of instance metadata, loopback, this machine's
/// own addresses (so the daemon, whatever it listens on) and its networks of containers, as they
/// are now; excepted the name servers of /etc/resolv.conf, at their port 53. Takes some ten
/// microseconds.
Borders find_borders();

/// Whether the name servers are still those of `borders`. Its other addresses may be old: a network
/// that was made with them leads to a relay that asks again.
bool has_same_name_servers(const Borders& borders);

}  // namespace triphammer::execution
