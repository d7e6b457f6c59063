#include "http/server.hpp"

#include "http/listener.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <future>
#include <thread>

#include "server_fixture.hpp"

using namespace triphammer;
using namespace triphammer::http;
using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using triphammer::testing::count_of;
using triphammer::testing::exchange;
using triphammer::testing::RawClient;
using triphammer::testing::RunningServer;

namespace {

std::string get(const std::string& target, const std::string& fields = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

std::string last_get(const std::string& target) {
    return get(target, "Connection: close\r\n");
}

ServerLimits short_limits() {
    ServerLimits limits;
    limits.head_deadline = 60ms;
    limits.idle_deadline = 60ms;
    limits.body_window = 60ms;
    limits.write_window = 60ms;
    limits.tick = 5ms;
    return limits;
}

}  // namespace

TEST(Server, AnswersAndKeepsTheConnection) {
    RunningServer server;

    const auto text = exchange(server.port(), get("/hello") + last_get("/hello"));

    EXPECT_EQ(count_of(text, "HTTP/1.1 200 OK\r\n"), 2U);
    EXPECT_EQ(count_of(text, "Content-Length: 2\r\n"), 2U);
    EXPECT_EQ(count_of(text, "Connection: close\r\n"), 1U);
    EXPECT_EQ(count_of(text, "\r\nDate: "), 2U);
}

TEST(Server, AnswersAThousandPipelinedRequestsInOrder) {
    RunningServer server;
    std::string requests;
    std::string expected;
    for (int i = 0; i < 1000; ++i) {
        requests += get("/number?n=" + std::to_string(i));
        expected += std::to_string(i) + "\n";
    }
    RawClient client{server.port()};

    client.send(requests + last_get("/number?n=end"));
    const auto text = client.read_to_end();

    std::string bodies;
    std::size_t at = 0;
    while ((at = text.find("\r\n\r\n", at)) != std::string::npos) {
        at += 4;
        bodies += text.substr(at, text.find("HTTP/1.1", at) - at);
    }
    EXPECT_EQ(bodies, expected + "end\n");
}

TEST(Server, ReadsBodiesOfBothFramings) {
    RunningServer server;

    const auto plain = exchange(
        server.port(),
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + last_get("/hello")
    );
    const auto chunked = exchange(
        server.port(),
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n" +
            last_get("/hello")
    );

    EXPECT_THAT(plain, HasSubstr("\r\n\r\nabcHTTP/1.1 200"));
    EXPECT_THAT(chunked, HasSubstr("\r\n\r\nabcHTTP/1.1 200"));
}

TEST(Server, RefusesAmbiguousRequestsWithOneStatusLineAndCloses) {
    RunningServer server;
    const std::string post = "POST /echo HTTP/1.1\r\nHost: a\r\n";
    const std::string smuggled = get("/hello");
    const std::string cases[] = {
        post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        post + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        post + "Content-Length: 3, 3\r\n\r\nabc",
        post + "Content-Length: +3\r\n\r\nabc",
        post + "Transfer-Encoding: gzip\r\n\r\nabc",
        post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\n\r\n1 \r\na\r\n0\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\n\r\n1\na\n0\n\n",
        post + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\nHost: a\n\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n",
    };
    for (const auto& text : cases) {
        const auto answer = exchange(server.port(), text + smuggled);
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n")) << text;
        EXPECT_THAT(answer, HasSubstr("Connection: close\r\n")) << text;
        EXPECT_EQ(count_of(answer, "HTTP/1.1 "), 1U) << text;
    }
}

TEST(Server, RefusesMethodsAndSizesAlsoByteByByte) {
    RunningServer server;
    const auto send_slowly = [&](const std::string& text) {
        RawClient client{server.port()};
        for (const char c : text) {
            if (!client.send({&c, 1})) break;
        }
        return client.read_to_end();
    };

    EXPECT_THAT(send_slowly("TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 405"));
    EXPECT_THAT(send_slowly("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 405"));
    EXPECT_THAT(send_slowly("BREW / HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 501"));
    EXPECT_THAT(send_slowly(get("/" + std::string(8192, 'a'))), StartsWith("HTTP/1.1 414"));
    EXPECT_THAT(
        send_slowly(get("/hello", "X: " + std::string(16384, 'a') + "\r\n")),
        StartsWith("HTTP/1.1 431")
    );
    std::string fields;
    for (int i = 0; i < 101; ++i) fields += "X: y\r\n";
    EXPECT_THAT(send_slowly(get("/hello", fields)), StartsWith("HTTP/1.1 431"));
}

TEST(Server, AnswersEarlyBeforeTheBodyAndSwallowsIt) {
    RunningServer server;
    RawClient client{server.port()};

    client.send("POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 25000000\r\n\r\n");
    const auto head = client.read_until("no signature");
    const bool swallowed = client.send(std::string(25'000'000, 'x'));

    EXPECT_THAT(head, StartsWith("HTTP/1.1 401"));
    EXPECT_THAT(head, HasSubstr("Connection: close"));
    EXPECT_TRUE(swallowed);
    EXPECT_EQ(client.read_to_end(), "");
}

TEST(Server, KeepsTheConnectionAfterAnEarlyAnswerWithoutMoreBody) {
    RunningServer server;

    const auto text = exchange(
        server.port(),
        "POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + last_get("/hello")
    );

    EXPECT_THAT(text, StartsWith("HTTP/1.1 401"));
    EXPECT_THAT(text, EndsWith("\r\n\r\nhi"));
}

TEST(Server, RefusesBodiesOverTheLimit) {
    RunningServer server;
    const std::string post = "POST /echo HTTP/1.1\r\nHost: a\r\n";

    const auto announced = exchange(server.port(), post + "Content-Length: 4194305\r\n\r\n");
    const auto chunked = exchange(
        server.port(),
        post + "Transfer-Encoding: chunked\r\n\r\n400001\r\n" + std::string(0x400001, 'x') + "\r\n"
    );

    EXPECT_THAT(announced, StartsWith("HTTP/1.1 413"));
    EXPECT_THAT(chunked, StartsWith("HTTP/1.1 413"));
}

TEST(Server, BoundsTheMemoryOfAllBodiesTogether) {
    ServerLimits limits;
    limits.max_body_memory = 1024 * 1024;
    RunningServer server{limits};

    const auto text = exchange(
        server.port(),
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n" +
            std::string(2'000'000, 'x')
    );

    EXPECT_THAT(text, StartsWith("HTTP/1.1 503"));
}

TEST(Server, GivesABodyToAHandlerPieceByPiece) {
    RunningServer server;

    const auto text = exchange(
        server.port(),
        "POST /streamed HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n" +
            std::string(4'000'000, 'x') + last_get("/hello")
    );

    EXPECT_THAT(text, HasSubstr("\r\n\r\n4000000HTTP/1.1 200"));
}

TEST(Server, SendsContinueWhenItIsExpectedAndTheBodyIsWanted) {
    RunningServer server;
    RawClient client{server.port()};

    client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nConnection: close\r\n"
        "Content-Length: 3\r\n\r\n"
    );
    const auto told = client.read_until("\r\n\r\n");
    client.send("abc");

    EXPECT_EQ(told, "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_THAT(client.read_to_end(), EndsWith("abc"));
}

TEST(Server, AnswersHeadLikeGetWithoutTheBody) {
    RunningServer server;

    const auto text =
        exchange(server.port(), "HEAD /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

    EXPECT_THAT(text, HasSubstr("Content-Length: 2\r\n"));
    EXPECT_THAT(text, EndsWith("\r\n\r\n"));
}

TEST(Server, TurnsABugOfAHandlerIntoA500) {
    RunningServer server;

    EXPECT_THAT(exchange(server.port(), last_get("/throw")), StartsWith("HTTP/1.1 500"));
    EXPECT_THAT(exchange(server.port(), last_get("/throw-in-route")), StartsWith("HTTP/1.1 500"));
    EXPECT_THAT(exchange(server.port(), get("/broken-events")), EndsWith("4\r\none\n\r\n"));
    EXPECT_THAT(exchange(server.port(), last_get("/hello")), EndsWith("hi"));
}

TEST(Server, LetsNoHandlerSplitAResponse) {
    RunningServer server;

    const auto text = exchange(server.port(), last_get("/split"));

    EXPECT_THAT(text, Not(HasSubstr("\nSet-Cookie")));
    EXPECT_THAT(text, HasSubstr("X-Split: a  Set-Cookie: b\r\n"));
}

TEST(Server, SendsAPartOfAFile) {
    RunningServer server;
    triphammer::testing::TempDir directory;
    const std::string content = "abc" + std::string(2'000'000, 'f') + "tail";
    ASSERT_TRUE(replace_file(directory / "file", content));
    auto file = open_file(directory / "file", O_RDONLY);
    server.router().file = std::make_shared<const FileDescriptor>(std::move(file).value());

    const auto text = exchange(server.port(), last_get("/file"));

    EXPECT_THAT(text, HasSubstr("Content-Length: 2000000\r\n"));
    EXPECT_EQ(text.substr(text.find("\r\n\r\n") + 4), std::string(2'000'000, 'f'));
}

TEST(Server, SendsABodyThatIsProducedOverTime) {
    RunningServer server;

    const auto chunked = exchange(server.port(), get("/events") + last_get("/hello"));
    const auto old = exchange(server.port(), "GET /events HTTP/1.0\r\n\r\n");

    EXPECT_THAT(
        chunked, HasSubstr("4\r\none\n\r\n4\r\ntwo\n\r\n6\r\nthree\n\r\n0\r\n\r\nHTTP/1.1 200")
    );
    EXPECT_THAT(old, EndsWith("\r\n\r\none\ntwo\nthree\n"));
}

TEST(Server, HandsAnUpgradedStreamOverWithItsFirstBytes) {
    RunningServer server;
    RawClient client{server.port()};

    client.send(get("/upgrade", "Connection: Upgrade\r\nUpgrade: echo\r\n") + "early");
    const auto head = client.read_until("early");
    client.send("late");

    EXPECT_THAT(head, StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
    EXPECT_THAT(head, HasSubstr("Upgrade: echo\r\n"));
    EXPECT_EQ(client.read_until("late"), "late");
}

TEST(Server, KnowsWhoSitsAtAUnixSocket) {
    RunningServer server;
    RawClient client{server.unix_path()};

    struct stat file {};

    client.send(last_get("/hello"));

    EXPECT_THAT(client.read_to_end(), EndsWith("hi"));
    EXPECT_EQ(server.router().last_peer, "uid " + std::to_string(::getuid()));
    ASSERT_EQ(::stat(server.unix_path().c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777U, 0600U);
}

TEST(Server, CutsSilentAndSlowConnections) {
    RunningServer server{short_limits()};

    EXPECT_EQ(exchange(server.port(), ""), "");
    EXPECT_EQ(exchange(server.port(), "GET / HT"), "");
    EXPECT_THAT(exchange(server.port(), get("/hello")), EndsWith("hi"));
    const auto body = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc";
    EXPECT_THAT(exchange(server.port(), body), Not(HasSubstr("200")));
    EXPECT_EQ(server.counters().cut, 4U);
}

TEST(Server, CutsAClientThatDoesNotReadItsAnswer) {
    RunningServer server{short_limits()};
    RawClient client{server.port()};
    const std::string body(4'000'000, 'x');

    for (int i = 0; i < 20; ++i) {
        const bool sent =
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n" + body);
        if (!sent) break;
    }

    EXPECT_EQ(server.counters().cut, 1U);
}

TEST(Server, StopsIdleConnectionsAtOnceAndFreesItsPort) {
    RunningServer server;
    RawClient idle{server.port()};
    idle.send(get("/hello"));
    idle.read_until("hi");

    server.stop(10s);

    EXPECT_EQ(idle.read_to_end(), "");
    EXPECT_EQ(server.counters().open, 0U);
}

TEST(Server, HearsWhoHasJustConnectedBeforeItStops) {
    RunningServer server;
    RawClient late{server.port()};
    while (server.counters().open == 0) std::this_thread::yield();
    auto stopped = std::async(std::launch::async, [&server] { server.stop(10s); });
    while (!open_tcp_listener("127.0.0.1", server.port())) std::this_thread::yield();

    late.send(get("/hello"));

    EXPECT_THAT(late.read_to_end(), EndsWith("hi"));
    stopped.get();
}

TEST(Server, LeavesNoDescriptorToChildren) {
    RunningServer server;
    RawClient client{server.port()};
    client.send(get("/hello"));
    client.read_until("hi");

    int inherited = 0;
    for (int fd = 3; fd < 256; ++fd) {
        const int flags = ::fcntl(fd, F_GETFD);

        struct stat file {};

        if (flags < 0 || ::fstat(fd, &file) != 0 || !S_ISSOCK(file.st_mode)) continue;
        inherited += (flags & FD_CLOEXEC) == 0 ? 1 : 0;
    }

    EXPECT_EQ(inherited, 1);  // the test's own client
}

TEST(Server, RefusesAnAddressInUseAndReplacesADeadSocketFile) {
    RunningServer server;
    triphammer::testing::TempDir directory;
    boost::asio::io_context context;
    triphammer::testing::TestRouter router;
    Server second{context.get_executor(), router};

    EXPECT_EQ(second.listen_tcp("127.0.0.1", server.port(), "x").error().code, Code::conflict);
    EXPECT_EQ(second.listen_unix(server.unix_path(), 0600, "x").error().code, Code::conflict);
    EXPECT_EQ(second.listen_tcp("localhost", 0, "x").error().code, Code::invalid);
}
