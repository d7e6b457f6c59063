#pragma once
// What a unit's process tells systemd (sd_notify(3)), in datagrams to $NOTIFY_SOCKET. Without
// systemd every call does nothing.

#include "base/clock.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>

namespace triphammer {

/// "READY=1", say; with a copy of `fd` where there is one.
Result<> tell_systemd(std::string text, int fd = -1);

/// How often the unit's WatchdogSec= wants to hear "WATCHDOG=1" from this process, halved as
/// sd_watchdog_enabled(3) advises; nothing: never.
std::optional<Milliseconds> find_watchdog_pause();

}  // namespace triphammer
