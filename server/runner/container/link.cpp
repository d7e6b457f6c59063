#include "runner/container/link.hpp"

#include <utility>

namespace triphammer::runner {

namespace {

Error broken(const std::string& what) {
    return {Code::protocol, "the job container's supervisor " + what};
}

}  // namespace

Task<Result<wire::Frame>> SupervisorLink::next() {
    for (;;) {
        bool is_broken = false;
        auto frame = wire::take_frame(received_, is_broken);
        if (is_broken) co_return broken("sent something that is not a message");
        if (frame) co_return std::move(*frame);
        auto reading = stream_->read();
        auto bytes = co_await std::move(reading);
        if (!bytes) co_return bytes.error();
        if (bytes->empty()) co_return Error{Code::io, "the job container ended"};
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
    if (frame->type != wire::Type::ready || !ready)
        co_return broken("did not say that it is ready");
    co_return *ready;
}

Task<Result<>> SupervisorLink::start(wire::Start command) {
    auto writing = stream_->write(wire::to_frame(command));
    co_return co_await std::move(writing);
}

Task<Result<>> SupervisorLink::signal(int number) {
    auto writing = stream_->write(wire::signal_frame(number));
    co_return co_await std::move(writing);
}

Task<Result<wire::Ended>> SupervisorLink::follow(execution::OutputSink& output) {
    for (;;) {
        auto receiving = next();
        auto frame = co_await std::move(receiving);
        if (!frame) co_return frame.error();
        if (frame->type == wire::Type::ended) {
            const auto ended = wire::parse_ended(frame->payload);
            if (!ended) co_return broken("did not say how the command ended");
            co_return *ended;
        }
        if (frame->type != wire::Type::output) co_return broken("sent an unknown message");
        auto writing = output.write(frame->payload);
        auto written = co_await std::move(writing);
        if (!written) co_return written.error();
    }
}

}  // namespace triphammer::runner
