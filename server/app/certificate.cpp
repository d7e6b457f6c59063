#include "app/certificate.hpp"

#include "base/deadline.hpp"
#include "base/file.hpp"
#include "base/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/inotify.h>
#include <unistd.h>

#include <array>

namespace triphammer::app {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// A renewal writes two files: what comes this soon belongs to it.
constexpr auto kSettling = 500ms;

void reload(http::Server& server) {
    const auto loaded = server.reload_tls();
    if (loaded) log::info("the certificate was read again");
    if (!loaded) log::warning("the old certificate stays", {{"why", loaded.error().message}});
}

/// Nothing is watched where the kernel has no room for it; SIGHUP works all the same.
FileDescriptor watch_folders(const http::TlsFiles& files) {
    FileDescriptor watch{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
    for (const auto& file : {files.certificate, files.key}) {
        const auto folder = std::filesystem::absolute(file).parent_path();
        constexpr auto kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE;
        if (::inotify_add_watch(watch.get(), folder.c_str(), kEvents) < 0) {
            log::warning("a new certificate needs a SIGHUP", {{"folder", folder.string()}});
        }
    }
    return watch;
}

void drain(int watch) {
    std::array<char, 4096> events{};
    while (::read(watch, events.data(), events.size()) > 0) {
    }
}

}  // namespace

Task<> reload_at_hangup(http::Server& server, asio::signal_set& hangups) {
    for (;;) {
        co_await hangups.async_wait(asio::use_awaitable);
        reload(server);
    }
}

Task<> reload_at_change(http::Server& server, const Config& config) {
    if (config.tls.certificate.empty()) co_return;
    auto watch = watch_folders(config.tls);
    if (!watch) co_return;
    const auto executor = co_await asio::this_coro::executor;
    asio::posix::stream_descriptor events{executor, watch.release()};
    constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
    for (;;) {
        const auto [error] =
            co_await events.async_wait(asio::posix::stream_descriptor::wait_read, kTuple);
        if (error) co_return;
        auto settling = sleep_for(kSettling);
        co_await std::move(settling);
        drain(events.native_handle());
        reload(server);
    }
}

}  // namespace triphammer::app
