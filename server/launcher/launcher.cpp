#include "launcher/launcher.hpp"

#include "base/file.hpp"
#include "base/log.hpp"
#include "launcher/doctor_door.hpp"
#include "launcher/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

namespace triphammer::launcher {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

/// Runners of root's are users of their own: they pass through, to their folder and the daemon;
/// also those that keep the group of an engine's socket, where that is this folder's.
unsigned passable(unsigned mode) {
    return ::geteuid() == 0 ? mode | 011U : mode;
}

/// A daemon of another user puts its socket here. Sticky: what is ours it cannot take away.
Result<> make_shared_directory(const fs::path& run, uid_t daemon) {
    const passwd* user = ::getpwuid(daemon);
    if (user == nullptr) return invalid("the daemon's user is not known");
    if (auto made = make_directory(run, passable(01770)); !made) return made;
    if (::chown(run.c_str(), static_cast<uid_t>(-1), user->pw_gid) == 0) return {};
    return from_errno("give " + run.string() + " to the daemon's group");
}

/// The folder is canonical afterwards: names of open files are compared with it.
Result<> prepare(Settings& settings) {
    const bool same_user = !settings.daemon_uid || *settings.daemon_uid == ::geteuid();
    auto made = same_user ? make_directory(settings.run, passable(0700))
                          : make_shared_directory(settings.run, *settings.daemon_uid);
    if (!made) return made;
    std::error_code failure;
    settings.run = fs::canonical(settings.run, failure);
    if (failure) return from_errno("open the run directory", failure.value());
    if (settings.socket.empty()) settings.socket = settings.run / "launcher.sock";
    return {};
}

/// The lock is ours, so a socket file that is there belongs to a dead launcher.
Result<Server::Acceptor> listen(
    asio::io_context& context, const fs::path& socket, const Settings& settings
) {
    std::error_code ignored;
    fs::remove(socket, ignored);
    Server::Acceptor acceptor{context};
    boost::system::error_code failure;
    acceptor.open({}, failure);
    ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
    if (!failure) acceptor.bind({socket.string()}, failure);
    if (failure) return from_errno("bind " + socket.string(), failure.value());
    ::chmod(socket.c_str(), 0600);
    if (settings.daemon_uid &&
        ::chown(socket.c_str(), *settings.daemon_uid, static_cast<gid_t>(-1)) != 0) {
        return from_errno("give " + socket.string() + " to the daemon's user");
    }
    acceptor.listen(asio::socket_base::max_listen_connections, failure);
    if (failure) return from_errno("listen on " + socket.string(), failure.value());
    return acceptor;
}

struct Doors {
    Server::Acceptor daemon;
    Server::Acceptor doctor;
};

Task<> serve_until_signal(
    Server& server, Doors& doors, const Settings& settings, Executor executor
) {
    TaskGroup accepting{executor, {}};
    asio::signal_set signals{executor, SIGTERM, SIGINT};
    accepting.spawn("accept", server.run(doors.daemon));
    if (!settings.doctor.empty()) {
        accepting.spawn("doctor", answer_at_door(doors.doctor, settings));
    }
    co_await signals.async_wait(asio::use_awaitable);
    auto unaccepted = accepting.stop();
    co_await std::move(unaccepted);
    auto stopped = server.stop();
    co_await std::move(stopped);
}

int complain(const Error& error) {
    log::error("the launcher cannot start", {{"error", error.message}});
    return 2;
}

}  // namespace

int serve(Settings settings) {
    if (auto ready = prepare(settings); !ready) return complain(ready.error());
    const auto lock = lock_file(settings.run / "launcher.lock");
    if (!lock) return complain(lock.error());
    asio::io_context context{1};
    auto acceptor = listen(context, settings.socket, settings);
    if (!acceptor) return complain(acceptor.error());
    auto door = listen(context, settings.run / "doctor.sock", settings);
    if (!door) return complain(door.error());
    Doors doors{std::move(*acceptor), std::move(*door)};
    Server server{context.get_executor(), settings};
    auto work = serve_until_signal(server, doors, settings, context.get_executor());
    std::exception_ptr failure;
    asio::co_spawn(context, std::move(work), [&](std::exception_ptr thrown) { failure = thrown; });
    log::info("launcher ready", {{"socket", settings.socket.string()}});
    context.run();
    if (failure) std::rethrow_exception(failure);
    return 0;
}

}  // namespace triphammer::launcher
