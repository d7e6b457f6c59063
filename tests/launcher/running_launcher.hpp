#pragma once
// A launcher on a thread of its own, and a daemon that talks to it by blocking calls.

#include "launcher/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <optional>
#include <thread>
#include <vector>

namespace triphammer::launcher::testing {

class RunningLauncher {
  public:
    /// `run` must exist; `runner` is the text of a program.
    RunningLauncher(const std::filesystem::path& run, std::string_view runner) {
        settings_.run = std::filesystem::canonical(run);
        settings_.socket = settings_.run / "launcher.sock";
        settings_.runner_program = *write_out_runner(settings_.run, runner);
        std::filesystem::remove(settings_.socket);
        acceptor_.emplace(context_, settings_.socket.string());
        server_.emplace(context_.get_executor(), settings_);
        boost::asio::co_spawn(context_, server_->run(*acceptor_), [](std::exception_ptr) {});
        thread_ = std::thread{[this] { context_.run(); }};
    }

    ~RunningLauncher() {
        boost::asio::post(context_, [this] { acceptor_->close(); });
        boost::asio::co_spawn(context_, server_->stop(), [](std::exception_ptr) {});
        thread_.join();
    }

    RunningLauncher(const RunningLauncher&) = delete;
    RunningLauncher& operator=(const RunningLauncher&) = delete;

    const std::filesystem::path& socket() const { return settings_.socket; }

  private:
    boost::asio::io_context context_{1};
    Settings settings_;
    std::optional<Server::Acceptor> acceptor_;
    std::optional<Server> server_;
    std::thread thread_;
};

class Daemon {
  public:
    explicit Daemon(const std::filesystem::path& socket) : socket_{context_} {
        socket_.connect({socket.string()});
    }

    Reply ask(Action action, std::int64_t fence, std::int64_t grace = 10'000) {
        Request request;
        request.action = action;
        request.fence = fence;
        request.grace_ms = grace;
        request.token = Secret{"secret-token"};
        send(to_line(request));
        for (;;) {
            auto reply = read();
            if (!reply.is_event) return reply;
            events_.push_back(reply);
        }
    }

    void send(const std::string& line) { boost::asio::write(socket_, boost::asio::buffer(line)); }

    Reply next_event() {
        if (events_.empty()) return read();
        auto event = events_.front();
        events_.erase(events_.begin());
        return event;
    }

    /// Whether the launcher has closed the connection.
    bool is_closed() {
        boost::system::error_code failure;
        boost::asio::read_until(socket_, boost::asio::dynamic_buffer(input_), '\n', failure);
        return failure == boost::asio::error::eof;
    }

  private:
    Reply read() {
        const auto size =
            boost::asio::read_until(socket_, boost::asio::dynamic_buffer(input_), '\n');
        auto reply = parse_reply(input_.substr(0, size));
        input_.erase(0, size);
        return reply.value();
    }

    boost::asio::io_context context_;
    boost::asio::local::stream_protocol::socket socket_;
    std::string input_;
    std::vector<Reply> events_;
};

}  // namespace triphammer::launcher::testing
