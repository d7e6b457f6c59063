#include "app/chores.hpp"

#include "app/certificate.hpp"
#include "app/ways_back.hpp"
#include "base/deadline.hpp"
#include "base/log.hpp"
#include "base/systemd.hpp"

namespace triphammer::app {

namespace {

/// From the thread that everything waits for: while it answers, systemd lets this process live.
Task<> feed_watchdog() {
    const auto between = find_watchdog_pause();
    while (between) {
        (void)tell_systemd("WATCHDOG=1");
        auto pause = sleep_for(*between);
        co_await std::move(pause);
    }
}

Task<> finish_rotation(access::KeyRotation& rotation) {
    auto going_on = rotation.go_on();
    const auto done = co_await std::move(going_on);
    if (!done) log::error("the master key is not changed", {{"error", done.error().message}});
}

}  // namespace

void spawn_chores(TaskGroup& chores, ChoreParts parts) {
    chores.spawn("watchdog", feed_watchdog());
    chores.spawn("key rotation", finish_rotation(*parts.core.rotation));
    chores.spawn("ways back", keep_ways_back(parts.config, parts.core));
    chores.spawn("hangups", reload_at_hangup(parts.server, parts.hangups));
    chores.spawn("certificate", reload_at_change(parts.server, parts.config));
}

}  // namespace triphammer::app
