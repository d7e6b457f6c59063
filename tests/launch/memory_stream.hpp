#pragma once
// A connected pair of streams in memory, on one executor.

#include "http/stream.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace triphammer::testing {

/// One direction.
struct MemoryPipe {
    explicit MemoryPipe(Executor executor)
        : news{executor, boost::asio::steady_timer::time_point::max()} {}

    void put(std::string_view more) {
        bytes += more;
        news.cancel();
    }

    void close() {
        is_closed = true;
        news.cancel();
    }

    std::string bytes;
    bool is_closed = false;
    boost::asio::steady_timer news;  // never rings: cancelled when something has changed
};

class MemoryStream final : public http::Stream {
  public:
    using PipePtr = std::shared_ptr<MemoryPipe>;

    MemoryStream(PipePtr in, PipePtr out) : in_{std::move(in)}, out_{std::move(out)} {}

    ~MemoryStream() override { close(); }

    Task<Result<std::size_t>> read_some(std::span<char> into) override {
        const auto in = in_;
        while (in->bytes.empty() && !in->is_closed) {
            boost::system::error_code ignored;
            co_await in->news.async_wait(
                boost::asio::redirect_error(boost::asio::use_awaitable, ignored)
            );
        }
        const auto size = std::min(into.size(), in->bytes.size());
        std::copy_n(in->bytes.begin(), size, into.begin());
        in->bytes.erase(0, size);
        co_return size;
    }

    Task<Result<>> write(std::string_view bytes) override {
        if (out_->is_closed) co_return Error{Code::io, "the other side is gone"};
        out_->put(bytes);
        co_return Result<>{};
    }

    Task<Result<>> shutdown() override {
        out_->close();
        co_return Result<>{};
    }

    void close() override {
        in_->close();
        out_->close();
    }

  private:
    PipePtr in_;
    PipePtr out_;
};

using StreamPtr = std::unique_ptr<http::Stream>;

inline std::pair<StreamPtr, StreamPtr> make_streams(Executor executor) {
    auto there = std::make_shared<MemoryPipe>(executor);
    auto back = std::make_shared<MemoryPipe>(executor);
    return {
        std::make_unique<MemoryStream>(back, there), std::make_unique<MemoryStream>(there, back)};
}

}  // namespace triphammer::testing
