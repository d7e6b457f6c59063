#include "launcher/peer.hpp"

#include "base/log.hpp"

#include <sys/socket.h>
#include <unistd.h>

namespace triphammer::launcher {

bool may_connect(const Settings& settings, int socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
    const bool allowed =
        peer.uid == ::geteuid() || (settings.daemon_uid && peer.uid == *settings.daemon_uid);
    if (!allowed)
        log::warning("refused a connection", {{"uid", static_cast<std::int64_t>(peer.uid)}});
    return allowed;
}

}  // namespace triphammer::launcher
