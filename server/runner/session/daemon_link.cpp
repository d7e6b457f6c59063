#include "runner/session/daemon_link.hpp"

#include "http/client.hpp"

#include <boost/asio/this_coro.hpp>

#include <csignal>

namespace triphammer::runner {

namespace {

constexpr const char* kProtocol = "triphammer-runner";
constexpr const char* kServerHeader = "Triphammer-Server";
constexpr int kSwitching = 101;
constexpr int kGone = 410;  // another data directory answers on this socket
constexpr std::size_t kReadBytes = std::size_t{64} << 10U;

}  // namespace

DaemonLink::DaemonLink(
    protocol::RunnerMachine& machine,
    const SpoolFile& spool,
    Place place,
    const Clock& clock,
    LinkListener& listener
)
    : machine_{machine},
      spool_{spool},
      place_{std::move(place)},
      clock_{clock},
      listener_{listener} {
    // sendfile to a daemon that has gone has no other way to say so than an error.
    std::signal(SIGPIPE, SIG_IGN);
}

Task<> DaemonLink::run() {
    news_ = std::make_unique<Wakeup>(co_await boost::asio::this_coro::executor);
    while (!machine_.is_over()) {
        auto turn = wait_for_turn();
        co_await std::move(turn);
        if (machine_.is_over()) break;
        auto connecting = connect();
        auto stream = co_await std::move(connecting);
        if (stream) {
            auto serving = serve(**stream);
            co_await std::move(serving);
        } else {
            machine_.on_disconnected(clock_.instant());
            if (is_gone()) machine_.give_up("the run directory is gone");
        }
        carry_out();
    }
    carry_out();
}

void DaemonLink::wake() {
    if (news_) news_->ring();
}

Task<> DaemonLink::wait_for_turn() {
    while (!machine_.is_over() && !machine_.may_connect(clock_.instant())) {
        auto waiting = news_->wait_until(machine_.next_wakeup());
        co_await std::move(waiting);
        machine_.on_time(clock_.instant());
    }
}

/// What we have to say first goes with the request. Where nobody hears it, that counts as a
/// connection that was lost: the next one waits longer.
Task<Result<std::unique_ptr<http::Stream>>> DaemonLink::connect() {
    const http::Client client{http::unix_endpoint(place_.endpoint)};
    machine_.on_connected(clock_.instant());
    http::Call call{http::Method::get, "/runner/v1"};
    call.headers.add(kServerHeader, place_.server_id);
    call.first = machine_.take_outgoing();
    auto upgrading = client.upgrade(std::move(call), kProtocol);
    auto answer = co_await std::move(upgrading);
    if (!answer) co_return answer.error();
    if (answer->head.status == kGone) machine_.give_up("the data directory is another's now");
    if (answer->head.status != kSwitching || !answer->stream) {
        co_return Error{
            Code::unavailable, "the daemon answered " + std::to_string(answer->head.status)};
    }
    co_return std::move(answer->stream);
}

Task<> DaemonLink::serve(http::Stream& stream) {
    connected_ = true;
    TaskGroup reading{co_await boost::asio::this_coro::executor, {}};
    reading.spawn("read", read(stream));
    while (connected_) {
        auto sending = send_some(stream);
        const auto sent = co_await std::move(sending);
        if (!sent || !connected_) break;
        if (!*sent) {
            auto waiting = news_->wait_until(machine_.next_wakeup());
            co_await std::move(waiting);
        }
        machine_.on_time(clock_.instant());
        carry_out();
    }
    connected_ = false;
    machine_.on_disconnected(clock_.instant());
    stream.close();
    auto stopped = reading.stop();
    co_await std::move(stopped);
    listener_.on_news();
}

Task<> DaemonLink::read(http::Stream& stream) {
    const auto buffer = std::make_unique_for_overwrite<char[]>(kReadBytes);
    while (connected_) {
        auto reading = stream.read_some({buffer.get(), kReadBytes});
        const auto count = co_await std::move(reading);
        if (!count || *count == 0) break;
        machine_.on_received({buffer.get(), *count}, clock_.instant());
        carry_out();
        listener_.on_news();
        news_->ring();
    }
    connected_ = false;
    news_->ring();
}

/// False when there is nothing to send now.
Task<Result<bool>> DaemonLink::send_some(http::Stream& stream) {
    std::string bytes = machine_.take_outgoing();
    if (const auto range = bytes.empty() ? machine_.take_plain_spool() : std::nullopt) {
        auto sending = stream.send_file(spool_.descriptor(), range->offset, range->bytes);
        const auto sent = co_await std::move(sending);
        if (!sent) co_return sent.error();
        co_return true;
    }
    if (const auto range = machine_.wanted_spool()) {
        auto piece = spool_.read(range->offset, range->bytes);
        if (!piece) co_return piece.error();
        bytes += machine_.frames_from_spool(range->offset, *piece);
        carry_out();
    }
    if (bytes.empty()) co_return machine_.wanted_spool().has_value();
    auto writing = stream.write(bytes);
    const auto written = co_await std::move(writing);
    if (!written) co_return written.error();
    co_return true;
}

void DaemonLink::carry_out() {
    for (auto& action : machine_.take_actions()) {
        const bool ends = std::holds_alternative<protocol::Reconnect>(action);
        if (ends || machine_.is_over()) connected_ = false;
        listener_.on_action(std::move(action));
    }
}

/// Somebody removed the run directory under our feet: nobody will ever ask for this attempt.
bool DaemonLink::is_gone() const {
    std::error_code failure;
    return !std::filesystem::exists(place_.folder / "lock", failure);
}

}  // namespace triphammer::runner
