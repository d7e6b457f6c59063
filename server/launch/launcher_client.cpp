#include "launch/launcher_client.hpp"

#include "base/deadline.hpp"
#include "http/client.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <optional>

namespace triphammer::launch {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kReconnect{200};
constexpr std::size_t kMaxLine = 16 * 1024 * 1024;

/// A request on its way; the sender waits on `answered`.
struct Pending {
    std::string line;
    std::optional<Result<launcher::Reply>> reply;
    asio::steady_timer answered;

    Pending(Executor executor, std::string text)
        : line{std::move(text)}, answered{executor, asio::steady_timer::time_point::max()} {}

    void answer(Result<launcher::Reply> result) {
        reply.emplace(std::move(result));
        answered.cancel();
    }
};

Error away() {
    return {Code::unavailable, "the launcher is not there; start triphammer launcher"};
}

}  // namespace

struct LauncherClient::State {
    Executor executor;
    std::filesystem::path socket;
    Callbacks callbacks;
    std::unique_ptr<http::Stream> stream;
    std::deque<std::shared_ptr<Pending>> waiting;  // sent or to be sent, in order
    std::string outgoing;
    bool is_writing = false;

    State(Executor home, std::filesystem::path path, Callbacks calls)
        : executor{std::move(home)}, socket{std::move(path)}, callbacks{std::move(calls)} {}

    void take_line(std::string_view line) {
        auto reply = launcher::parse_reply(line);
        if (!reply) return stream->close();
        if (reply->is_event) return callbacks.on_event(*reply);
        if (waiting.empty()) return stream->close();
        const auto pending = waiting.front();
        waiting.pop_front();
        pending->answer(std::move(*reply));
    }

    void lose() {
        stream.reset();
        outgoing.clear();
        auto left = std::move(waiting);
        waiting.clear();
        for (const auto& pending : left) pending->answer(away());
    }
};

namespace {

/// Reads lines until the connection ends.
template <class State>
Task<> read_lines(std::shared_ptr<State> state) {
    std::string buffer;
    std::string piece(64 * 1024, '\0');
    for (;;) {
        auto reading = state->stream->read_some({piece.data(), piece.size()});
        const auto count = co_await std::move(reading);
        if (!count || *count == 0) co_return;
        buffer.append(piece, 0, *count);
        std::size_t begin = 0;
        for (auto end = buffer.find('\n'); end != std::string::npos;
             end = buffer.find('\n', begin)) {
            state->take_line(std::string_view{buffer}.substr(begin, end - begin + 1));
            begin = end + 1;
        }
        buffer.erase(0, begin);
        if (buffer.size() > kMaxLine) co_return;
    }
}

/// One writer at a time; what is queued meanwhile goes with the next write.
template <class State>
Task<> write_out(std::shared_ptr<State> state) {
    if (state->is_writing) co_return;
    state->is_writing = true;
    while (state->stream && !state->outgoing.empty()) {
        const auto bytes = std::move(state->outgoing);
        state->outgoing.clear();
        auto writing = state->stream->write(bytes);
        const auto written = co_await std::move(writing);
        if (!written && state->stream) state->stream->close();
    }
    state->is_writing = false;
}

}  // namespace

LauncherClient::LauncherClient(Executor executor, std::filesystem::path socket, Callbacks callbacks)
    : state_{
          std::make_shared<State>(std::move(executor), std::move(socket), std::move(callbacks))} {}

LauncherClient::~LauncherClient() = default;

Task<> LauncherClient::run() {
    auto state = state_;
    for (;;) {
        auto connecting = http::connect(http::unix_endpoint(state->socket));
        auto stream = co_await std::move(connecting);
        if (stream) {
            state->stream = std::move(*stream);
            state->callbacks.on_ready();
            auto reading = read_lines(state);
            co_await std::move(reading);
            state->lose();
            state->callbacks.on_gone();
        }
        auto pause = sleep_for(kReconnect);
        co_await std::move(pause);
    }
}

Task<Result<launcher::Reply>> LauncherClient::send(launcher::Request request) {
    auto state = state_;
    if (!state->stream) co_return away();
    const auto pending = std::make_shared<Pending>(state->executor, launcher::to_line(request));
    state->waiting.push_back(pending);
    state->outgoing += pending->line;
    auto writing = write_out(state);
    co_await std::move(writing);
    if (!pending->reply) {
        boost::system::error_code ignored;
        co_await pending->answered.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    if (!pending->reply) co_return Error{Code::cancelled, "stopped"};
    co_return std::move(*pending->reply);
}

bool LauncherClient::is_ready() const {
    return state_->stream != nullptr;
}

}  // namespace triphammer::launch
