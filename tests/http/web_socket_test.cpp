#include "http/web_socket.hpp"

#include <gmock/gmock.h>

#include "server_fixture.hpp"

using ::testing::HasSubstr;
using ::testing::StartsWith;
using triphammer::testing::exchange;
using triphammer::testing::RawClient;
using triphammer::testing::RunningServer;

namespace {

// RFC 6455, 1.3 gives this key and its answer.
const std::string kHandshake =
    "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A frame of a client: masked with zeros, short.
std::string frame(int first, const std::string& text) {
    std::string out{static_cast<char>(first), static_cast<char>(0x80 | text.size())};
    return out + std::string(4, '\0') + text;
}

}  // namespace

TEST(WebSocket, EchoesTextAfterTheHandshake) {
    RunningServer server;
    RawClient client{server.port()};

    client.send(kHandshake);
    const auto head = client.read_until("\r\n\r\n");
    client.send(frame(0x81, "hello"));

    EXPECT_THAT(head, StartsWith("HTTP/1.1 101"));
    EXPECT_THAT(head, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    EXPECT_EQ(client.read_until("hello"), "\x81\x05hello");
}

TEST(WebSocket, RefusesWhatIsNoHandshake) {
    RunningServer server;
    auto old = kHandshake;
    old.replace(old.find("13"), 2, "12");
    auto keyless = kHandshake;
    keyless.replace(keyless.find("dGhl"), 4, "");

    EXPECT_THAT(exchange(server.port(), old), StartsWith("HTTP/1.1 400"));
    EXPECT_THAT(exchange(server.port(), keyless), StartsWith("HTTP/1.1 400"));
    EXPECT_THAT(exchange(server.port(), kHandshake + frame(0x81, "x")), StartsWith("HTTP/1.1 400"));
}

TEST(WebSocket, RefusesBinaryAndTooLongMessages) {
    RunningServer server;
    RawClient binary{server.port()};
    RawClient large{server.port()};

    binary.send(kHandshake);
    binary.read_until("\r\n\r\n");
    binary.send(frame(0x82, "x") + frame(0x88, "\x03\xeb"));
    large.send(kHandshake);
    large.read_until("\r\n\r\n");
    large.send(std::string{"\x81\xfe\x04\x01", 4} + std::string(4 + 1025, '\0'));

    EXPECT_THAT(binary.read_to_end(), StartsWith("\x88\x0b\x03\xeb"));  // 1003
    EXPECT_THAT(large.read_to_end(), StartsWith("\x88\x02\x03\xf1"));   // 1009
}
