#include "git/child.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <fcntl.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <span>

namespace triphammer::git {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kChunkBytes = 65536;
constexpr std::size_t kErrorBytes = 4096;
constexpr std::size_t kMostInput = std::size_t{1} << 20U;  // what the kernel gives to anybody

/// A child with its clocks. It is killed with its group and reaped at the latest by the destructor,
/// which is what a cancelled coroutine runs.
class Session {
  public:
    Session(Executor executor, Child child, ChildLimits limits)
        : child_{std::move(child)}, limits_{limits}, silence_{executor}, total_{executor} {}

    ~Session() {
        if (reaped_) return;
        kill();
        child_.wait();
    }

    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    static void start_clocks(const std::shared_ptr<Session>& self) {
        self->total_.expires_after(self->limits_.total);
        self->total_.async_wait([weak = std::weak_ptr{self}](boost::system::error_code stopped) {
            if (auto session = weak.lock(); session && !stopped) session->give_up();
        });
        hear(self);
    }

    /// Something came from the child: the silence begins anew.
    static void hear(const std::shared_ptr<Session>& self) {
        self->silence_.expires_after(self->limits_.silence);
        self->silence_.async_wait([weak = std::weak_ptr{self}](boost::system::error_code stopped) {
            if (auto session = weak.lock(); session && !stopped) session->give_up();
        });
    }

    /// While we keep the child waiting, its silence is ours.
    void stop_listening() { silence_.cancel(); }

    void kill() { child_.signal_group(SIGKILL); }

    int pidfd() const { return child_.pidfd(); }

    ExitStatus reap() {
        reaped_ = true;
        silence_.cancel();
        total_.cancel();
        return child_.wait();
    }

    bool gave_up() const { return gave_up_; }

  private:
    void give_up() {
        gave_up_ = true;
        kill();
    }

    Child child_;
    ChildLimits limits_;
    asio::steady_timer silence_;
    asio::steady_timer total_;
    bool reaped_ = false;
    bool gave_up_ = false;
};

using SessionPtr = std::shared_ptr<Session>;
using Stream = asio::posix::stream_descriptor;

/// Empty at the end of the stream, and when the pipe fails: both mean that nothing more comes.
Task<std::string> read_some(Stream& stream) {
    std::string chunk(kChunkBytes, '\0');
    boost::system::error_code failure;
    const auto count = co_await stream.async_read_some(
        asio::buffer(chunk), asio::redirect_error(asio::use_awaitable, failure)
    );
    if (failure == asio::error::operation_aborted) throw boost::system::system_error{failure};
    chunk.resize(failure ? 0 : count);
    co_return chunk;
}

Task<> pump_errors(SessionPtr session, Stream& stream, std::string& tail) {
    for (;;) {
        auto chunk = co_await read_some(stream);
        if (chunk.empty()) co_return;
        Session::hear(session);
        tail += chunk;
        if (tail.size() > kErrorBytes) tail.erase(0, tail.size() - kErrorBytes);
    }
}

Task<> pump_output(SessionPtr session, Stream& stream, OnOutput& on_output, Result<>& outcome) {
    for (;;) {
        auto chunk = co_await read_some(stream);
        if (chunk.empty()) co_return;
        if (on_output) {
            session->stop_listening();
            auto taken = on_output(std::move(chunk));
            outcome = co_await std::move(taken);
        }
        if (!outcome) {
            session->kill();
            co_return;
        }
        Session::hear(session);
    }
}

Task<> pump_both(Task<> one, Task<> other) {
    const auto executor = co_await asio::this_coro::executor;
    auto group = asio::experimental::make_parallel_group(
        asio::co_spawn(executor, std::move(one), asio::deferred),
        asio::co_spawn(executor, std::move(other), asio::deferred)
    );
    auto [order, first, second] =
        co_await group.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
    if (first) std::rethrow_exception(first);
    if (second) std::rethrow_exception(second);
}

Task<ExitStatus> wait_for_end(SessionPtr session) {
    FileDescriptor pidfd{::fcntl(session->pidfd(), F_DUPFD_CLOEXEC, 3)};
    // Both its outputs are closed: where the system has no pidfd, its end is not far.
    if (!pidfd) co_return session->reap();
    Stream ended{co_await asio::this_coro::executor, pidfd.release()};
    co_await ended.async_wait(Stream::wait_read, asio::use_awaitable);
    co_return session->reap();
}

/// How this machine reaches the outside.
constexpr const char* kWaysOut[] = {
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "all_proxy",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "GIT_SSL_CAINFO"};
/// Where a person's git finds its configuration and its keys.
constexpr const char* kPersons[] = {
    "HOME",
    "PATH",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
    "SSH_AUTH_SOCK",
    "DBUS_SESSION_BUS_ADDRESS"};

/// Everything else of our environment stays here.
void add_inherited(std::vector<std::string>& environment, std::span<const char* const> names) {
    for (const auto* name : names) {
        if (const auto* value = std::getenv(name)) {
            environment.push_back(std::string{name} + "=" + value);
        }
    }
}

std::vector<std::string> make_identity(bool as_user) {
    if (!as_user) {
        return {
            "PATH=/usr/local/bin:/usr/bin:/bin",
            "HOME=/nonexistent",
            "GIT_CONFIG_NOSYSTEM=1",
            "GIT_CONFIG_GLOBAL=/dev/null"};
    }
    std::vector<std::string> out{"GIT_ASKPASS="};  // no window asks, whatever is configured
    add_inherited(out, kPersons);
    return out;
}

std::vector<std::string> make_environment(const ChildRequest& request) {
    auto out = make_identity(request.as_user);
    out.emplace_back("LC_ALL=C");
    out.emplace_back("GIT_TERMINAL_PROMPT=0");
    out.push_back("GIT_CONFIG_COUNT=" + std::to_string(request.settings.size()));
    for (std::size_t i = 0; i < request.settings.size(); ++i) {
        const auto number = std::to_string(i);
        out.push_back("GIT_CONFIG_KEY_" + number + "=" + request.settings[i].first);
        out.push_back("GIT_CONFIG_VALUE_" + number + "=" + request.settings[i].second);
    }
    add_inherited(out, kWaysOut);
    out.insert(out.end(), request.environment.begin(), request.environment.end());
    return out;
}

struct Pipes {
    std::pair<FileDescriptor, FileDescriptor> input;
    std::pair<FileDescriptor, FileDescriptor> output;
    std::pair<FileDescriptor, FileDescriptor> error;
};

Result<Pipes> make_pipes(const std::string& input) {
    auto one = make_pipe();
    if (!one) return one.error();
    auto two = make_pipe();
    if (!two) return two.error();
    auto three = make_pipe();
    if (!three) return three.error();
    const auto size = static_cast<int>(std::min(input.size(), kMostInput + 1));
    const int has = ::fcntl(one->second.get(), F_GETPIPE_SZ);
    if (has < size && ::fcntl(one->second.get(), F_SETPIPE_SZ, size) < size) {
        return Error{
            Code::too_large, "more for git than a pipe takes (too many branches and tags?)"};
    }
    if (auto written = write_all(one->second.get(), input); !written) return written.error();
    one->second.close();
    return Pipes{std::move(*one), std::move(*two), std::move(*three)};
}

Result<Child> start(Spawner& spawner, const ChildRequest& request, Pipes& pipes) {
    SpawnRequest made;
    made.arguments = {"git"};
    made.arguments.insert(made.arguments.end(), request.arguments.begin(), request.arguments.end());
    made.environment = make_environment(request);
    made.directory = "/";
    made.input = pipes.input.first.get();
    made.output = pipes.output.second.get();
    made.error = pipes.error.second.get();
    auto child = spawner.spawn(made);
    // Our copies of the child's ends: while one is open, the end of its output is never seen.
    pipes.input.first.close();
    pipes.output.second.close();
    pipes.error.second.close();
    return child;
}

}  // namespace

Task<Result<ChildEnd>> run_child(Spawner& spawner, ChildRequest request, OnOutput on_output) {
    auto pipes = make_pipes(request.input);
    if (!pipes) co_return pipes.error();
    auto child = start(spawner, request, *pipes);
    if (!child) co_return child.error();
    const auto executor = co_await asio::this_coro::executor;
    auto session = std::make_shared<Session>(executor, std::move(*child), request.limits);
    Session::start_clocks(session);
    Stream output{executor, pipes->output.first.release()};
    Stream error{executor, pipes->error.first.release()};
    ChildEnd end;
    Result<> outcome;
    auto errors = pump_errors(session, error, end.errors);
    auto bytes = pump_output(session, output, on_output, outcome);
    auto both = pump_both(std::move(errors), std::move(bytes));
    co_await std::move(both);
    end.status = co_await wait_for_end(session);
    if (!outcome) co_return outcome.error();
    if (session->gave_up()) co_return Error{Code::timed_out, "git was silent or slow for too long"};
    co_return end;
}

}  // namespace triphammer::git
