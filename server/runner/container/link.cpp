#include "runner/container/link.hpp"

#include <algorithm>
#include <utility>

namespace triphammer::runner {

namespace {

/// Of a command whose output is written more slowly than it comes; then the others wait too.
constexpr std::size_t kMostWaiting = 4U << 20U;

/// Tells the others that there may be something for them, or that it is their turn.
class Receiving {
  public:
    Receiving(bool& is_receiving, Wakeup& news) : is_receiving_{is_receiving}, news_{news} {
        is_receiving_ = true;
    }

    ~Receiving() {
        is_receiving_ = false;
        news_.ring();
    }

    Receiving(const Receiving&) = delete;
    Receiving& operator=(const Receiving&) = delete;

  private:
    bool& is_receiving_;
    Wakeup& news_;
};

Error broken(const std::string& what) {
    return {Code::protocol, "the job container's supervisor " + what};
}

}  // namespace

SupervisorLink::SupervisorLink(Executor executor, std::unique_ptr<docker::AttachedStream> stream)
    : stream_{std::move(stream)}, sending_{executor}, news_{executor} {}

Task<Result<wire::Frame>> SupervisorLink::next() {
    for (;;) {
        bool is_broken = false;
        auto frame = wire::take_frame(received_, is_broken);
        if (is_broken) co_return broken("sent something that is not a message");
        if (frame) co_return std::move(*frame);
        auto reading = stream_->read();
        auto bytes = co_await std::move(reading);
        if (!bytes) co_return bytes.error();
        if (bytes->empty()) co_return Error{Code::unavailable, "the job container ended"};
        received_ += *bytes;
    }
}

Task<Result<wire::Ready>> SupervisorLink::wait_ready() {
    auto receiving = next();
    auto frame = co_await std::move(receiving);
    if (!frame) co_return frame.error();
    if (frame->type == wire::Type::ended) {
        const auto ended = wire::parse_ended(frame->payload);
        co_return invalid(ended ? ended->text : "it ended");
    }
    const auto ready = wire::parse_ready(frame->payload);
    if (frame->type != wire::Type::ready || !ready) {
        co_return broken("did not say that it is ready");
    }
    co_return *ready;
}

bool SupervisorLink::is_any_full() const {
    return std::any_of(inboxes_.begin(), inboxes_.end(), [](const auto& one) {
        return one.second.bytes > kMostWaiting;
    });
}

Task<> SupervisorLink::receive() {
    const Receiving here{is_receiving_, news_};
    while (is_any_full()) {
        auto waiting = news_.wait();
        co_await std::move(waiting);
    }
    auto receiving = next();
    auto frame = co_await std::move(receiving);
    const auto delivered = frame ? deliver(std::move(*frame)) : Result<>{frame.error()};
    if (!delivered && !broken_) broken_ = delivered.error();
}

Result<> SupervisorLink::deliver(wire::Frame frame) {
    const auto command = wire::command_of(frame.payload);
    const auto found = command ? inboxes_.find(*command) : inboxes_.end();
    if (found == inboxes_.end()) return broken("sent a message that is nobody's");
    found->second.bytes += frame.payload.size();
    found->second.frames.push_back(std::move(frame));
    return {};
}

Task<Result<>> SupervisorLink::send(std::string frames) {
    auto entering = sending_.enter();
    const auto pass = co_await std::move(entering);
    auto writing = stream_->write(std::move(frames));
    co_return co_await std::move(writing);
}

Task<Result<>> SupervisorLink::start(wire::Number command, std::string frames) {
    if (broken_) co_return *broken_;
    inboxes_[command];
    auto sending = send(std::move(frames));
    co_return co_await std::move(sending);
}

Task<Result<>> SupervisorLink::signal(wire::Number command, int number) {
    auto sending = send(wire::to_frame(wire::Signal{command, static_cast<std::uint8_t>(number)}));
    co_return co_await std::move(sending);
}

Task<Result<wire::Frame>> SupervisorLink::take(wire::Number command) {
    auto& inbox = inboxes_[command];
    while (inbox.frames.empty()) {
        if (broken_) co_return *broken_;
        auto progress = is_receiving_ ? news_.wait() : receive();
        co_await std::move(progress);
    }
    auto frame = std::move(inbox.frames.front());
    inbox.frames.pop_front();
    inbox.bytes -= frame.payload.size();
    news_.ring();
    co_return frame;
}

Task<Result<wire::Ended>> SupervisorLink::follow(
    wire::Number command, execution::OutputSink& output, TakeFile take_file
) {
    Result<> fine;
    for (;;) {
        auto taking = take(command);
        auto frame = co_await std::move(taking);
        if (!frame) co_return frame.error();
        if (frame->type == wire::Type::ended) {
            const auto ended = wire::parse_ended(frame->payload);
            inboxes_.erase(command);
            if (!fine) co_return fine.error();
            if (!ended) co_return broken("did not say how the command ended");
            co_return *ended;
        }
        if (frame->type == wire::Type::file) {
            const auto file = wire::parse_file(frame->payload);
            if (!file) co_return broken("sent a file that cannot be read");
            const auto taken = take_file(*file);
            if (fine && !taken) fine = taken;
            continue;
        }
        if (frame->type != wire::Type::output) co_return broken("sent an unknown message");
        auto writing = output.write(std::string_view{frame->payload}.substr(wire::kNumber));
        auto written = co_await std::move(writing);
        if (!written) co_return written.error();
    }
}

void SupervisorLink::give_up(Error error) {
    if (!broken_) broken_ = std::move(error);
    stream_->close();
}

}  // namespace triphammer::runner
