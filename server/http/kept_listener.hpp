#pragma once
// A listening socket that outlives this process: systemd keeps it (sd_notify(3), FDSTORE) and hands
// it to the next one (sd_listen_fds(3)), so that who connects during a restart waits instead of
// being refused.

#include "base/file.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <string>

namespace triphammer::http {

/// The kept one where it listens at this address, else a new one, which is given to systemd.
/// Without systemd just a new one.
Result<FileDescriptor> open_kept_listener(const std::string& address, std::uint16_t port);

}  // namespace triphammer::http
