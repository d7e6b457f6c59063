#include "launcher/server.hpp"

#include "base/deadline.hpp"
#include "base/log.hpp"
#include "launcher/engine_objects.hpp"
#include "launcher/held.hpp"
#include "launcher/layer_keeper.hpp"
#include "launcher/peer.hpp"
#include "launcher/start_line.hpp"
#include "launcher/wait_readable.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace triphammer::launcher {

namespace asio = boost::asio;
using Socket = asio::local::stream_protocol::socket;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kMostLineBytes = 64U << 10U;
/// How long the kernel may take to end what was killed.
constexpr milliseconds kDeathPause{5};
constexpr int kDeathPauses = 1000;
/// Files that were swept are removed when nothing was started for the time of a pause, and after so
/// many pauses in any case.
constexpr milliseconds kQuietPause{1'000};
constexpr int kQuietPauses = 10;
constexpr int kRestPauses = 30;
constexpr std::chrono::minutes kPruneEvery{1};
constexpr milliseconds kAcceptAgain{50};
constexpr milliseconds kShareEvery{200};
/// Looking who wants processors may take this part of the time: one in so many.
constexpr int kShareTime = 20;

Reply reply_of(const char* kind, std::int64_t fence) {
    Reply out;
    out.kind = kind;
    out.fence = fence;
    return out;
}

Reply refusal(std::int64_t fence, std::string why) {
    auto out = reply_of("refused", fence);
    out.why = std::move(why);
    return out;
}

void send_signal(const FileDescriptor& process, int signal) {
    if (process) ::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0);
}

}  // namespace

/// A socket with its lines; writers may overlap, bytes never do.
class Server::Connection {
  public:
    explicit Connection(Socket socket) : socket_{std::move(socket)} {}

    Task<Result<std::string>> read_line() {
        auto buffer = asio::dynamic_buffer(input_, kMostLineBytes);
        auto [failure, size] = co_await asio::async_read_until(
            socket_, buffer, '\n', asio::as_tuple(asio::use_awaitable)
        );
        if (failure) co_return Error{Code::unavailable, failure.message()};
        std::string line = input_.substr(0, size);
        input_.erase(0, size);
        co_return line;
    }

    Task<> send(std::string line) {
        output_ += line;
        if (writing_) co_return;
        writing_ = true;
        while (!output_.empty()) {
            const std::string bytes = std::exchange(output_, {});
            const auto piece = asio::buffer(bytes);
            co_await asio::async_write(socket_, piece, asio::as_tuple(asio::use_awaitable));
        }
        writing_ = false;
    }

    void close() {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

  private:
    Socket socket_;
    std::string input_;
    std::string output_;
    bool writing_ = false;
};

Server::Server(Executor executor, const Settings& settings)
    : settings_{settings},
      attempts_{settings},
      tasks_{
          executor,
          [](const auto& name, const auto& what) {
              log::error("a task of the launcher failed", {{"task", name}, {"error", what}});
          }},
      networks_{executor, settings, [this] { return wait_for_quiet(true); }} {
    watch_survivors();
    remove_soon();
    tasks_.spawn("folders", make_ready());
    tend_layers_soon();
    tasks_.spawn("held folders", prune_held_folders());
}

Server::~Server() = default;

Task<> Server::run(Acceptor& acceptor) {
    for (;;) {
        auto [failure, socket] =
            co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
        if (failure == asio::error::operation_aborted || !acceptor.is_open()) co_return;
        if (failure) co_await sleep_for(kAcceptAgain);  // no descriptor is left, say
        if (failure || !may_connect(settings_, socket.native_handle())) continue;
        if (current_) current_->close();
        current_ = std::make_shared<Connection>(std::move(socket));
        tasks_.spawn("connection", serve(current_));
    }
}

Task<> Server::stop() {
    if (current_) current_->close();
    auto stopped = tasks_.stop();
    co_await std::move(stopped);
    if (layer_keeper_) end_layer_keeper(*layer_keeper_);
    auto emptied = networks_.stop();
    co_await std::move(emptied);
}

/// Runners of an earlier launcher: their end is told too, without an exit status.
void Server::watch_survivors() {
    for (const auto& attempt : attempts_.list()) {
        if (!attempt.alive) continue;
        auto runner = attempts_.find_runner(attempt.fence);
        tasks_.spawn("survivor", watch_stranger(attempt.fence, std::move(runner)));
    }
}

/// What is kept for a look is kept for a while only.
Task<> Server::prune_held_folders() {
    for (;;) {
        auto prune = [this] { prune_held(settings_.run, SystemClock{}.now()); };
        auto pruning = disk_.run(prune);
        co_await std::move(pruning);
        auto pause = sleep_for(kPruneEvery);
        co_await std::move(pause);
    }
}

Task<> Server::serve(Peer peer) {
    for (;;) {
        auto read = peer->read_line();
        auto line = co_await std::move(read);
        if (!line) co_return;
        auto request = parse_request(*line);
        if (!request) {
            log::warning("closed a connection", {{"why", request.error().message}});
            co_return peer->close();
        }
        auto work = answer(std::move(*request));
        const auto reply = co_await std::move(work);
        auto sent = peer->send(to_line(reply));
        co_await std::move(sent);
    }
}

Task<Reply> Server::answer(Request request) {
    switch (request.action) {
        case Action::start:
            co_return start(request);
        case Action::list:
            co_return list();
        case Action::stop:
            co_return end(request.fence, milliseconds{request.grace_ms});
        case Action::sweep:
            break;
    }
    auto swept = sweep(std::move(request));
    co_return co_await std::move(swept);
}

Reply Server::start(const Request& request) {
    auto child = attempts_.start(request);
    ++starts_;
    if (child) {
        tasks_.spawn("runner", watch(request.fence, std::move(*child)));
        return reply_of("started", request.fence);
    }
    if (child.error().code == Code::conflict) return reply_of("exists", request.fence);
    log::error(
        "could not start a runner", {{"fence", request.fence}, {"error", child.error().message}}
    );
    return refusal(request.fence, child.error().message);
}

Reply Server::list() const {
    auto out = reply_of("list", 0);
    out.attempts = attempts_.list();
    for (auto& attempt : out.attempts) {
        const auto found = ended_.find(attempt.fence);
        if (found == ended_.end()) continue;
        attempt.exit = found->second.code;
        attempt.signal = found->second.signal;
    }
    return out;
}

/// TERM to the runner alone: it ends its steps in order and reports them.
Reply Server::end(std::int64_t fence, milliseconds grace) {
    auto runner = attempts_.find_runner(fence);
    send_signal(runner, SIGTERM);
    if (!runner) attempts_.ask_keeper(fence, "TERM");
    if (runner) tasks_.spawn("stop", kill_later(fence, std::move(runner), grace));
    return reply_of("stopped", fence);
}

Task<> Server::kill_later(std::int64_t fence, FileDescriptor runner, milliseconds grace) {
    FileDescriptor watched{::fcntl(runner.get(), F_DUPFD_CLOEXEC, 0)};
    auto gone = wait_readable(std::move(watched));
    auto in_time = finish_within(std::move(gone), grace);
    const bool ended = co_await std::move(in_time);
    if (ended) co_return;
    log::warning("killed a runner after its grace", {{"fence", fence}});
    attempts_.kill(fence);
}

/// The attempt is over in the database: nothing of it may stay.
Task<Reply> Server::sweep(Request request) {
    const auto fence = request.fence;
    attempts_.kill(fence);
    for (int pause = 0; !attempts_.is_over(fence) && pause < kDeathPauses; ++pause) {
        auto rest = sleep_for(kDeathPause);
        co_await std::move(rest);
    }
    if (attempts_.is_alive(fence)) co_return refusal(fence, "the runner does not die");
    if (may_have_objects(fence) && !request.docker_host.empty()) {
        auto objects = remove_engine_objects(request.docker_host, request.server_id, fence);
        const auto gone = co_await std::move(objects);
        if (!gone) co_return refusal(fence, gone.error().message);
    }
    std::error_code ignored;
    const bool was_in_container =
        std::filesystem::exists(attempts_.folder_of(fence) / kContainerMark, ignored);
    const auto moved = attempts_.set_aside(fence);
    if (!moved) co_return refusal(fence, moved.error().message);
    ended_.erase(fence);
    tasks_.spawn("folder", tidy_up(fence));
    tend_layers_soon();
    if (was_in_container && settings_.keeps_networks) {
        networks_.fill_soon({request.docker_host, request.server_id});
    }
    co_return reply_of("swept", fence);
}

Task<> Server::tidy_up(std::int64_t fence) {
    auto tidy = [this, fence] { return attempts_.use_again(fence); };
    auto tidying = offload(disk_, tidy);
    const bool is_kept = co_await std::move(tidying);
    if (is_kept) co_return;
    remove_soon();
    auto stocking = make_ready();
    co_await std::move(stocking);
}

Task<> Server::make_ready() {
    auto make = [this] { return attempts_.make_ready(); };
    auto making = offload(disk_, make);
    const auto made = co_await std::move(making);
    if (!made) log::warning("no folders are made ahead", {{"why", made.error().message}});
}

/// The engine is asked only about attempts that used it. A second sweep finds no folder any more.
bool Server::may_have_objects(std::int64_t fence) {
    const auto folder = attempts_.folder_of(fence);
    std::error_code failure;
    if (!std::filesystem::exists(folder, failure)) return without_engine_.erase(fence) == 0;
    if (std::filesystem::exists(folder / kEngineMark, failure)) return true;
    without_engine_.insert(fence);
    return false;
}

void Server::remove_soon() {
    if (!std::exchange(is_removing_, true)) tasks_.spawn("removal", remove_when_quiet());
}

/// To remove a job's files costs as much as to make them, and the next start must not wait for it.
Task<> Server::remove_when_quiet() {
    while (attempts_.has_aside()) {
        auto waiting = wait_for_quiet(false);
        co_await std::move(waiting);
        auto remove = [this] { return attempts_.remove_aside(); };
        auto removal = offload(disk_, remove);
        const auto removed = co_await std::move(removal);
        if (removed) continue;
        log::warning("swept files stay until later", {{"why", removed.error().message}});
        break;
    }
    is_removing_ = false;
}

/// A second without a start; `alone`: and without a job, which would feel it.
Task<> Server::wait_for_quiet(bool alone) {
    for (int pause = 0; pause < (alone ? kRestPauses : kQuietPauses); ++pause) {
        const auto before = starts_;
        co_await sleep_for(kQuietPause);
        if (starts_ == before && (!alone || running_.empty())) co_return;
    }
}

void Server::tend_layers_soon() {
    if (is_tending_ || !has_seeds(settings_.run)) return;
    is_tending_ = true;
    tasks_.spawn("layers", tend_layers());
}

/// At once, beside other jobs: the next push of that repository may be on its way.
Task<> Server::tend_layers() {
    while (has_seeds(settings_.run)) {
        auto child = start_layer_keeper(settings_.runner_program, settings_.run);
        if (!child) break;
        layer_keeper_ = std::move(*child);
        FileDescriptor watched{::fcntl(layer_keeper_->pidfd(), F_DUPFD_CLOEXEC, 0)};
        auto gone = wait_readable(std::move(watched));
        co_await std::move(gone);
        if (!std::exchange(layer_keeper_, {})->wait().ok()) break;
    }
    is_tending_ = false;
}

/// As root; otherwise all jobs are one user. Control groups share by themselves.
void Server::share_from_now() {
    if (::geteuid() != 0 || attempts_.have_groups() || std::exchange(is_sharing_, true)) return;
    tasks_.spawn("fair shares", share_while_jobs_run());
}

Task<> Server::share_while_jobs_run() {
    const SystemClock clock;
    milliseconds pause = kShareEvery;
    while (!running_.empty()) {
        auto waiting = sleep_for(pause);
        co_await std::move(waiting);
        const auto begun = clock.instant();
        if (FairShare::is_crowded()) share_.adjust(settings_.run, running_);
        const auto took = std::chrono::ceil<milliseconds>(clock.instant() - begun);
        pause = std::max(kShareEvery, kShareTime * took);
    }
    is_sharing_ = false;
}

Task<> Server::watch(std::int64_t fence, Child child) {
    running_.insert(fence);
    share_from_now();
    FileDescriptor watched{::fcntl(child.pidfd(), F_DUPFD_CLOEXEC, 0)};
    auto gone = wait_readable(std::move(watched));
    co_await std::move(gone);
    running_.erase(fence);
    auto told = tell_ended(fence, child.wait());
    co_await std::move(told);
}

/// In another container only its lock shows its end.
Task<> Server::watch_stranger(std::int64_t fence, FileDescriptor pidfd) {
    running_.insert(fence);
    share_from_now();
    auto gone = pidfd ? wait_readable(std::move(pidfd))
                      : wait_unlocked(attempts_.folder_of(fence) / "lock");
    co_await std::move(gone);
    running_.erase(fence);
    auto told = tell_ended(fence, ExitStatus{-1, 0});
    co_await std::move(told);
}

Task<> Server::tell_ended(std::int64_t fence, ExitStatus status) {
    ended_[fence] = status;
    if (!current_) co_return;
    auto event = reply_of("ended", fence);
    event.is_event = true;
    event.exit = status.code;
    event.signal = status.signal;
    const auto peer = current_;
    auto sent = peer->send(to_line(event));
    co_await std::move(sent);
}

}  // namespace triphammer::launcher
