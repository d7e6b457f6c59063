#pragma once
// A launcher that answers as its test says, on a real Unix socket.

#include "base/task.hpp"
#include "launcher/messages.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace triphammer::testing {

/// Waits for what other coroutines bring about: whoever changes something rings.
class Bell {
  public:
    explicit Bell(Executor executor)
        : timer_{executor, boost::asio::steady_timer::time_point::max()} {}

    void ring() { timer_.cancel(); }

    Task<> until(std::function<bool()> is_so) {
        while (!is_so()) {
            boost::system::error_code ignored;
            co_await timer_.async_wait(
                boost::asio::redirect_error(boost::asio::use_awaitable, ignored)
            );
        }
    }

  private:
    boost::asio::steady_timer timer_;  // never rings by itself
};

class ScriptedLauncher {
  public:
    using Socket = boost::asio::local::stream_protocol;
    /// Nothing: no answer.
    using Answer = std::function<std::optional<launcher::Reply>(const launcher::Request&)>;

    ScriptedLauncher(Executor executor, const std::filesystem::path& path, Answer answer)
        : news{executor},
          acceptor_{executor, Socket::endpoint{path.string()}},
          answer_{std::move(answer)} {}

    /// One connection after the other, until cancelled.
    Task<> serve() {
        for (;;) {
            stream_.emplace(co_await acceptor_.async_accept(boost::asio::use_awaitable));
            auto talking = talk();
            co_await std::move(talking);
        }
    }

    Task<> tell(launcher::Reply reply) {
        const auto line = launcher::to_line(reply);
        boost::system::error_code ignored;
        co_await boost::asio::async_write(
            *stream_,
            boost::asio::buffer(line),
            boost::asio::redirect_error(boost::asio::use_awaitable, ignored)
        );
    }

    void cut() { stream_->close(); }

    std::vector<launcher::Request> asked_to(launcher::Action action) const {
        std::vector<launcher::Request> out;
        for (const auto& request : requests) {
            if (request.action == action) out.push_back(request);
        }
        return out;
    }

    std::vector<launcher::Request> requests;
    Bell news;

  private:
    Task<> talk() {
        std::string buffer;
        for (;;) {
            boost::system::error_code failure;
            const auto size = co_await boost::asio::async_read_until(
                *stream_,
                boost::asio::dynamic_buffer(buffer),
                '\n',
                boost::asio::redirect_error(boost::asio::use_awaitable, failure)
            );
            if (failure) co_return;
            requests.push_back(launcher::parse_request(buffer.substr(0, size)).value());
            buffer.erase(0, size);
            auto reply = answer_(requests.back());
            if (reply) {
                auto telling = tell(std::move(*reply));
                co_await std::move(telling);
            }
            news.ring();
        }
    }

    Socket::acceptor acceptor_;
    std::optional<Socket::socket> stream_;
    Answer answer_;
};

inline launcher::Reply make_reply(const std::string& kind, std::int64_t fence = 0) {
    launcher::Reply reply;
    reply.kind = kind;
    reply.fence = fence;
    return reply;
}

}  // namespace triphammer::testing
