#include "execution/network.hpp"

#include "execution/network_policy.hpp"
#include "execution/sandbox.hpp"
#include "support/run_task.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

namespace triphammer::execution {
namespace {

using testing::TempDir;

constexpr std::uint32_t kAnywhere = 0xc6336407;  // 198.51.100.7, an address for documentation

/// `reach(family, kind, address)` says what it could send something to.
constexpr const char* kReach = R"(
import os, socket, sys
def reach(family, kind, address):
    with socket.socket(family, kind) as one:
        one.settimeout(5)
        try:
            one.connect(address)
            one.send(b"hello")
            print("reached", address, flush=True)
        except OSError:
            pass
TCP, UDP, V4, V6, UNIX = socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.AF_INET, socket.AF_INET6, socket.AF_UNIX
)";

class Collect final : public OutputSink {
  public:
    Task<Result<>> write(std::string_view bytes) override {
        text += bytes;
        co_return Result<>{};
    }

    std::string text;
};

sockaddr_in name_of(std::uint32_t host, std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_addr.s_addr = htonl(host);
    out.sin_port = htons(port);
    return out;
}

/// A socket of this machine's own network on a free port of all addresses; listens if it can.
class Outside {
  public:
    explicit Outside(int type) : socket{::socket(AF_INET, type | SOCK_CLOEXEC, 0)} {
        auto name = name_of(INADDR_ANY, 0);
        socklen_t size = sizeof name;
        EXPECT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&name), size), 0);
        if (type == SOCK_STREAM) {
            EXPECT_EQ(::listen(socket.get(), 10), 0);
        }
        ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&name), &size);
        port = std::to_string(ntohs(name.sin_port));
    }

    FileDescriptor socket;
    std::string port;
};

/// Steps in a network of their own, as a root's runner starts them.
class Networked : public ::testing::Test {
  protected:
    Networked() {
        become_subreaper();
        if (::geteuid() == 0) make(find_borders());
    }

    void make(const std::optional<Borders>& borders) {
        network_.reset();
        auto made = Network::make(borders);
        ASSERT_TRUE(made) << made.error().message;
        network_ = std::move(*made);
    }

    std::string ask(const std::string& script) {
        SandboxPaths paths;
        paths.temp = tmp_.path();
        paths.home = home_.path();
        paths.writable = {work_.path()};
        Sandbox sandbox{std::move(paths)};
        sandbox.enter_network(network_->descriptor());
        Command command;
        command.arguments = {"python3", "-c", kReach + script};
        command.environment = {"PATH=/usr/bin:/bin"};
        command.directory = work_.path();
        command.sandbox = &sandbox;
        Collect said;
        std::optional<StopToken> stop;
        const auto end = testing::run_task<Result<ProcessEnd>>([&](Executor executor) {
            stop.emplace(executor);
            return run_process(command, {}, said, *stop);
        });
        EXPECT_TRUE(end) << end.error().message;
        return said.text;
    }

    TempDir work_;
    TempDir tmp_;
    TempDir home_;
    std::optional<Network> network_;
};

TEST_F(Networked, ReachesNoPortOfTheMachineUnderAnyOfItsAddresses) {
    if (::geteuid() != 0) return SUCCEED();
    const Outside tcp{SOCK_STREAM};
    std::string tries;
    for (const auto& range : find_borders().closed) {
        const auto host = name_of(range.host, 0).sin_addr;
        if (range.bits < 32) continue;
        tries += std::string{"reach(V4, TCP, ('"} + ::inet_ntoa(host) + "', " + tcp.port + "))\n";
    }
    EXPECT_NE(tries.find("127.0.0.1"), std::string::npos);

    EXPECT_EQ(
        ask(tries +
            "for host in ('::1', '::ffff:127.0.0.1', '0.0.0.0', 'localhost'):\n"
            "    for family in (V4, V6): reach(family, TCP, (host, " +
            tcp.port + "))\nprint('end')"),
        "end\n"
    );
}

TEST_F(Networked, HearsNoAbstractSocketOfTheMachine) {
    if (::geteuid() != 0) return SUCCEED();
    const FileDescriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    const auto text = "triphammer-test-" + std::to_string(::getpid());
    std::memcpy(name.sun_path + 1, text.data(), text.size());
    const auto size = static_cast<socklen_t>(sizeof(sa_family_t) + 1 + text.size());
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&name), size), 0);
    ASSERT_EQ(::listen(socket.get(), 1), 0);

    EXPECT_EQ(ask("reach(UNIX, TCP, '\\0" + text + "')\nprint('end')"), "end\n");
}

TEST_F(Networked, HearsNoNeighbour) {
    if (::geteuid() != 0) return SUCCEED();
    auto neighbour = Network::make(find_borders());
    ASSERT_TRUE(neighbour);
    const auto loopback = neighbour->open(SOCK_STREAM, {kLoopback, 8080});
    const auto all = neighbour->open(SOCK_STREAM, {0, 8081});
    ASSERT_TRUE(loopback && all);

    EXPECT_EQ(
        ask("for host in ('127.0.0.1', '192.0.0.8', '0.0.0.0'):\n"
            "    for port in (8080, 8081): reach(V4, TCP, (host, port))\nprint('end')"),
        "end\n"
    );
    EXPECT_LT(::accept(loopback->get(), nullptr, nullptr), 0);
    EXPECT_LT(::accept(all->get(), nullptr, nullptr), 0);
}

TEST_F(Networked, CannotConnectToInstanceMetadata) {
    if (::geteuid() != 0) return SUCCEED();
    EXPECT_EQ(
        ask("for host in ('169.254.169.254', '169.254.170.2', '100.100.100.200', '192.0.0.192', "
            "'168.63.129.16'):\n"
            "    for kind in (TCP, UDP): reach(V4, kind, (host, 80))\n"
            "    reach(V6, TCP, ('::ffff:' + host, 80))\n"
            "for host in ('fd00:ec2::254', 'fe80::1', 'fd20:ce::254'):\n"
            "    for kind in (TCP, UDP): reach(V6, kind, (host, 80, 0, 1))\nprint('end')"),
        "end\n"
    );
}

TEST_F(Networked, HasALoopbackOfItsOwn) {
    if (::geteuid() != 0) return SUCCEED();
    EXPECT_EQ(
        ask("for family, host in ((V4, '127.0.0.1'), (V6, '::1')):\n"
            "    own = socket.create_server((host, 8080), family=family)\n"
            "    reach(family, TCP, (host, 8080))\n"
            "reach(V4, TCP, ('127.0.0.2', 8081))\n"
            "own = socket.create_server(('', 8082)); reach(V4, TCP, ('192.0.0.8', 8082))"),
        "reached ('127.0.0.1', 8080)\nreached ('::1', 8080)\nreached ('192.0.0.8', 8082)\n"
    );
}

TEST_F(Networked, GivesConnectionsThatLeadOutToItsMaker) {
    if (::geteuid() != 0) return SUCCEED();
    EXPECT_EQ(ask("reach(V4, TCP, ('198.51.100.7', 443))"), "reached ('198.51.100.7', 443)\n");

    const FileDescriptor caught{::accept(network_->connections().get(), nullptr, nullptr)};
    ASSERT_TRUE(caught);
    sockaddr_in name{};
    socklen_t size = sizeof name;
    ::getsockname(caught.get(), reinterpret_cast<sockaddr*>(&name), &size);
    EXPECT_EQ(ntohl(name.sin_addr.s_addr), kAnywhere);
    EXPECT_EQ(ntohs(name.sin_port), 443);
    char text[16] = {};
    EXPECT_EQ(::read(caught.get(), text, sizeof text), 5);
}

TEST_F(Networked, GivesDatagramsThatLeadOutToItsMaker) {
    if (::geteuid() != 0) return SUCCEED();
    ask("reach(V4, UDP, ('198.51.100.7', 53))");

    char text[16] = {};
    EXPECT_EQ(::recv(network_->datagrams().get(), text, sizeof text, MSG_DONTWAIT), 5);
    EXPECT_STREQ(text, "hello");
}

TEST_F(Networked, LeadsNowhereWithoutBorders) {
    if (::geteuid() != 0) return SUCCEED();
    make({});

    EXPECT_EQ(
        ask("reach(V4, TCP, ('198.51.100.7', 443)); reach(V4, UDP, ('198.51.100.7', 53))\n"
            "own = socket.create_server(('127.0.0.1', 8080)); reach(V4, TCP, ('127.0.0.1', 8080))"),
        "reached ('127.0.0.1', 8080)\n"
    );
}

/// With every right in a user namespace of its own a step makes networks, but gets into no other.
TEST_F(Networked, IsNotLeftInAUserNamespace) {
    if (::geteuid() != 0) return SUCCEED();
    const Outside tcp{SOCK_STREAM};

    EXPECT_EQ(
        ask("import ctypes\nlibc = ctypes.CDLL(None)\n"
            "libc.unshare(0x10000000)\n"
            "for pid in (1, os.getppid()):\n"
            "    try: print(libc.setns(os.open(f'/proc/{pid}/ns/net', os.O_RDONLY), 0))\n"
            "    except OSError: pass\n"
            "reach(V4, TCP, ('127.0.0.1', " +
            tcp.port + "))\nprint('end')"),
        "end\n"
    );
}

TEST(Borders, AreClosedForThisMachineAndForPlacesOfMetadata) {
    const auto borders = find_borders();
    const auto closed = [&](const char* host) {
        return !borders.may_pass({ntohl(::inet_addr(host)), 80});
    };
    for (const char* host :
         {"127.0.0.1",
          "127.9.9.9",
          "169.254.169.254",
          "0.0.0.0",
          "224.0.0.1",
          "255.255.255.255",
          "100.100.100.200"}) {
        EXPECT_TRUE(closed(host)) << host;
    }
    for (const char* host : {"198.51.100.7", "8.8.8.8", "100.100.100.201"}) {
        EXPECT_FALSE(closed(host)) << host;
    }
}

TEST(Borders, LetNameServersPassAtTheirPortAlone) {
    const Borders borders{{{0xa9fe0000, 16}}, {{0xa9fea9fe, 53}}};

    EXPECT_TRUE(borders.may_pass({0xa9fea9fe, 53}));
    EXPECT_FALSE(borders.may_pass({0xa9fea9fe, 80}));
    EXPECT_FALSE(borders.may_pass({0xa9fea9ff, 53}));
}

TEST(Borders, SayWhenTheNameServersAreOthersNow) {
    auto borders = find_borders();
    EXPECT_TRUE(has_same_name_servers(borders));

    borders.excepted.push_back({0xc6336407, 53});

    EXPECT_FALSE(has_same_name_servers(borders));
}

/// A name server in a closed range is an address of the network then; its other ports are judged by
/// whoever carries on.
TEST_F(Networked, FindsANameServerAmongWhatIsClosed) {
    if (::geteuid() != 0) return SUCCEED();
    auto borders = find_borders();
    borders.excepted.push_back({0xa9fea9fd, 53});
    make(borders);

    EXPECT_EQ(
        ask("reach(V4, UDP, ('169.254.169.253', 53)); reach(V4, UDP, ('169.254.169.254', 53))"),
        "reached ('169.254.169.253', 53)\n"
    );
}

}  // namespace
}  // namespace triphammer::execution
