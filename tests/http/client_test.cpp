#include "http/client.hpp"

#include "http/listener.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>

#include <poll.h>
#include <sys/socket.h>

#include <thread>

#include "server_fixture.hpp"

using namespace triphammer;
using namespace triphammer::http;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using triphammer::testing::run_task;
using triphammer::testing::RunningServer;

namespace {

Endpoint loopback(std::uint16_t port) {
    return endpoint_of(parse_url("http://127.0.0.1:" + std::to_string(port)).value());
}

Result<Answer> send(const Endpoint& endpoint, Call call) {
    return run_task<Result<Answer>>([&](Executor) { return Client{endpoint}.send(std::move(call)); }
    );
}

/// Answers one connection with fixed bytes, whatever is asked, and closes it.
class ScriptedServer {
  public:
    explicit ScriptedServer(std::string answer) {
        listener_ = open_tcp_listener("127.0.0.1", 0).value();
        port_ = port_of(listener_.get()).value();
        thread_ = std::thread{[this, answer = std::move(answer)] { serve(answer); }};
    }

    ~ScriptedServer() { thread_.join(); }

    std::uint16_t port() const { return port_; }

  private:
    void serve(const std::string& answer) {
        pollfd waiting{listener_.get(), POLLIN, 0};
        ::poll(&waiting, 1, 10'000);
        const FileDescriptor client{::accept(listener_.get(), nullptr, nullptr)};
        char buffer[4096];
        std::string request;
        while (request.find("\r\n\r\n") == std::string::npos) {
            const auto count = ::recv(client.get(), buffer, sizeof buffer, 0);
            if (count <= 0) return;
            request.append(buffer, static_cast<std::size_t>(count));
        }
        ::send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    }

    FileDescriptor listener_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

Code code_for(const std::string& answer) {
    ScriptedServer server{answer};
    auto result = send(loopback(server.port()), Call{});
    return result ? Code::internal : result.error().code;
}

Task<Result<std::string>> next_piece(std::vector<std::string>& pieces) {
    if (pieces.empty()) co_return std::string{};
    auto piece = std::move(pieces.front());
    pieces.erase(pieces.begin());
    co_return piece;
}

Task<Result<std::string>> fail_piece() {
    co_return Error{Code::not_found, "the file is gone"};
}

Task<Result<>> keep(std::string& all, std::string piece) {
    all += piece;
    co_return Result<>{};
}

Task<Result<std::string>> talk(Client client, bool is_hasty) {
    Call call{Method::post, "/upgrade"};
    if (is_hasty) call.first = "ping";
    auto upgraded = co_await client.upgrade(std::move(call), "echo");
    if (!upgraded) co_return upgraded.error();
    if (!upgraded->stream) co_return upgraded->body;
    if (!is_hasty) {
        auto written = co_await upgraded->stream->write("ping");
        if (!written) co_return written.error();
    }
    std::string buffer(16, '\0');
    auto count = co_await upgraded->stream->read_some(buffer);
    if (!count) co_return count.error();
    buffer.resize(*count);
    co_return buffer;
}

Task<Result<std::string>> upgrade_to_text(Client client) {
    Call call{Method::post, "/"};
    auto upgraded = co_await client.upgrade(std::move(call), "tcp");
    if (!upgraded) co_return upgraded.error();
    if (!upgraded->stream) co_return "refused: " + upgraded->body;
    std::string all;
    std::string buffer(3, '\0');
    for (;;) {
        auto count = co_await upgraded->stream->read_some(buffer);
        if (!count || *count == 0) co_return all;
        all += buffer.substr(0, *count);
    }
}

}  // namespace

TEST(Client, GetsAndPostsOverTcpAndUnixSockets) {
    RunningServer server;
    Call post{Method::post, "/echo"};
    post.body = "abc";

    auto hello = send(loopback(server.port()), Call{Method::get, "/hello"});
    auto echo = send(unix_endpoint(server.unix_path()), post);
    auto head = send(loopback(server.port()), Call{Method::head, "/hello"});
    auto stream = send(loopback(server.port()), Call{Method::get, "/events"});

    EXPECT_EQ(hello->body, "hi");
    EXPECT_EQ(echo->body, "abc");
    EXPECT_EQ(head->status, 200);
    EXPECT_EQ(head->body, "");
    EXPECT_EQ(stream->body, "one\ntwo\nthree\n");
}

TEST(Client, UploadsWhatAProducerGives) {
    RunningServer server;
    std::vector<std::string> pieces{"ab", std::string(200'000, 'c'), "d"};
    Call call{Method::post, "/echo"};
    call.upload = [&] { return next_piece(pieces); };

    auto answer = send(loopback(server.port()), call);

    EXPECT_EQ(answer->body, "ab" + std::string(200'000, 'c') + "d");
}

TEST(Client, EndsAnUploadWithTheProducersError) {
    RunningServer server;
    Call call{Method::post, "/echo"};
    call.upload = fail_piece;

    EXPECT_EQ(send(loopback(server.port()), call).error().message, "the file is gone");
}

TEST(Client, ReadsARefusalThatComesBeforeTheUploadEnds) {
    RunningServer server;
    std::vector<std::string> pieces(500, std::string(10'000, 'x'));
    Call call{Method::post, "/early"};
    call.upload = [&] { return next_piece(pieces); };

    EXPECT_EQ(send(loopback(server.port()), call)->status, 401);
}

TEST(Client, DownloadsPieceByPiece) {
    RunningServer server;
    std::string all;
    Download take = [&](std::string piece) { return keep(all, std::move(piece)); };

    auto answer = run_task<Result<Answer>>([&](Executor) {
        return Client{loopback(server.port())}.download(Call{Method::get, "/events"}, take);
    });

    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(all, "one\ntwo\nthree\n");
}

TEST(Client, TalksOverAnUpgradedStream) {
    RunningServer server;

    const auto say_ping = [&](bool is_hasty) {
        return run_task<Result<std::string>>([&](Executor) {
            return talk(Client{unix_endpoint(server.unix_path())}, is_hasty);
        });
    };

    EXPECT_EQ(say_ping(false).value(), "ping");
    EXPECT_EQ(say_ping(true).value(), "ping");
}

TEST(Client, GivesTheBytesThatCameWithTheHeadOfAnUpgrade) {
    const auto upgrade = [](const std::string& text) {
        ScriptedServer server{text};
        const auto client = Client{loopback(server.port())};
        return run_task<Result<std::string>>([&](Executor) { return upgrade_to_text(client); });
    };
    const std::string accepted = "HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\nearly bytes";
    const std::string old = "HTTP/1.1 200 OK\r\nContent-Type: raw\r\n\r\nearly bytes";
    const std::string refused = "HTTP/1.1 409 Conflict\r\nContent-Length: 7\r\n\r\nstopped";

    EXPECT_EQ(upgrade(accepted).value(), "early bytes");
    EXPECT_EQ(upgrade(old).value(), "early bytes");
    EXPECT_EQ(upgrade(refused).value(), "refused: stopped");
}

TEST(Client, SaysWhyThereIsNoAnswer) {
    auto listener = open_tcp_listener("127.0.0.1", 0);
    const auto port = port_of(listener->get()).value();
    Call hasty;
    hasty.deadline = 50ms;

    auto silent = send(loopback(port), hasty);
    listener->close();

    EXPECT_EQ(silent.error().code, Code::timed_out);
    EXPECT_EQ(send(loopback(port), Call{}).error().code, Code::unavailable);
    EXPECT_EQ(send(unix_endpoint("/nowhere/socket"), Call{}).error().code, Code::unavailable);
    EXPECT_EQ(send(loopback(port), Call{Method::get, "/a b"}).error().code, Code::invalid);
}

TEST(Client, TrustsNoAnswerBlindly) {
    EXPECT_EQ(code_for(""), Code::io);
    EXPECT_EQ(code_for("HTTP/1.1 200 OK\r\nContent-Le"), Code::io);
    EXPECT_EQ(code_for("nonsense\r\n\r\n"), Code::protocol);
    EXPECT_EQ(code_for("HTTP/1.1 200 OK\nX: y\n\n"), Code::protocol);
    EXPECT_EQ(code_for("HTTP/1.1 200 OK\r\nX: " + std::string(65'536, 'y')), Code::protocol);
    EXPECT_EQ(code_for("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"), Code::io);
    EXPECT_EQ(code_for("HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\nx"), Code::too_large);
    EXPECT_EQ(
        code_for("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), Code::protocol
    );
    EXPECT_EQ(
        code_for("HTTP/1.1 200 OK\r\n\r\n" + std::string(2 * 1024 * 1024, 'x')), Code::too_large
    );
    EXPECT_EQ(
        code_for("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 Nothing\r\n\r\n"), Code::internal
    );
}

TEST(Client, ChecksCertificates) {
    RunningServer server;
    auto endpoint = loopback(server.listen_tls());
    endpoint.tls = true;
    const Call call{Method::get, "/hello"};

    const auto untrusted = send(endpoint, call);
    endpoint.ca_file = server.ca_file();
    const auto misnamed = send(endpoint, call);
    endpoint.host = "localhost";
    const auto good = send(endpoint, call);
    endpoint.tls = false;
    const auto plain = send(endpoint, call);

    EXPECT_EQ(untrusted.error().code, Code::protocol);
    EXPECT_EQ(misnamed.error().code, Code::protocol);
    EXPECT_EQ(good->body, "hi");
    EXPECT_FALSE(plain);
}
