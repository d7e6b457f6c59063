// A client that shows a certificate of its own, against a real server.
#include "base/file.hpp"
#include "http/server_fixture.hpp"
#include "http/socket_transport.hpp"
#include "http/tls_transport.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>

#include <array>
#include <filesystem>

using namespace triphammer;
using namespace triphammer::http;
using triphammer::testing::run_task;
using triphammer::testing::RunningServer;

namespace {

struct Pems {
    std::string certificate;
    std::string key;

    explicit Pems(const RunningServer& server)
        : certificate{read_file(server.ca_file(), 1U << 16U).value()},
          key{read_file(
                  std::filesystem::path{server.ca_file()}.parent_path() / "key.pem", 1U << 16U
          )
                  .value()} {}

    std::string identity() const { return certificate + key; }
};

Task<Result<std::string>> ask_as(
    std::uint16_t port, std::string host, std::shared_ptr<TlsClient> client
) {
    auto connecting = connect_tcp("127.0.0.1", port, nullptr);
    auto socket = co_await std::move(connecting);
    if (!socket) co_return socket.error();
    auto securing = connect_tls(std::move(*socket), std::move(host), std::move(client));
    auto stream = co_await std::move(securing);
    if (!stream) co_return stream.error();
    auto writing = (*stream)->write("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto written = co_await std::move(writing);
    if (!written) co_return written.error();
    std::array<char, 4096> piece{};
    auto reading = (*stream)->read_some(piece);
    const auto count = co_await std::move(reading);
    if (!count) co_return count.error();
    co_return std::string{piece.data(), *count};
}

Result<std::string> ask(
    std::uint16_t port, const std::string& host, std::shared_ptr<TlsClient> client
) {
    return run_task<Result<std::string>>([&](Executor) {
        return ask_as(port, host, std::move(client));
    });
}

std::string refusal(const std::string& authorities, const std::string& identity) {
    const auto made = TlsClient::make(authorities, identity);
    return made ? "" : made.error().message;
}

}  // namespace

TEST(TlsClients, TrustTheirAuthorityAndTheNameAlone) {
    RunningServer server;
    RunningServer stranger;
    const auto port = server.listen_tls();
    stranger.listen_tls();
    const Pems ours{server};
    const Pems theirs{stranger};
    const auto client = TlsClient::make(ours.certificate, ours.identity()).value();

    const auto good = ask(port, "localhost", client);
    const auto again = ask(port, "localhost", client);
    const auto misnamed = ask(port, "127.0.0.1", client);
    const auto untrusted =
        ask(port, "localhost", TlsClient::make(theirs.certificate, ours.identity()).value());

    ASSERT_TRUE(good) << good.error().message;
    EXPECT_NE(good->find("200 OK"), std::string::npos) << *good;
    EXPECT_TRUE(again);
    EXPECT_EQ(misnamed.error().code, Code::protocol);
    EXPECT_NE(misnamed.error().message.find("verify failed"), std::string::npos);
    EXPECT_EQ(untrusted.error().code, Code::protocol);
}

TEST(TlsClients, SayWhichOfTheirTextsIsWrong) {
    RunningServer server;
    RunningServer stranger;
    server.listen_tls();
    stranger.listen_tls();
    const Pems ours{server};
    const Pems theirs{stranger};

    EXPECT_EQ(refusal(ours.certificate, ours.key + ours.certificate), "");
    EXPECT_NE(refusal("x", ours.identity()).find("authority's certificate"), std::string::npos);
    EXPECT_NE(refusal("", ours.identity()).find("authority's certificate"), std::string::npos);
    EXPECT_NE(refusal(ours.certificate, ours.key).find("client's certificate"), std::string::npos);
    EXPECT_NE(
        refusal(ours.certificate, ours.certificate).find("client's private key"), std::string::npos
    );
    EXPECT_NE(
        refusal(ours.certificate, ours.certificate + theirs.key).find("private key"),
        std::string::npos
    );
}
