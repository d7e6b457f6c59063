#include "http/outgoing.hpp"

#include "http/server.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>

using namespace triphammer;
using namespace triphammer::http;
using namespace std::chrono_literals;
using triphammer::testing::run_until_done;

namespace {

OutgoingRule rule(const std::vector<std::string>& allowed = {}) {
    return OutgoingRule::parse(allowed).value();
}

Task<Response> say_yes() {
    co_return make_json(200, "{}");
}

class Welcome final : public Router {
  public:
    RouteDecision route(const RequestHead&) override {
        RouteDecision decision;
        decision.handler = [](Request) { return say_yes(); };
        return decision;
    }
};

/// A call to a server on loopback, by `host`; how many connections it saw.
struct Outcome {
    Result<Answer> answer = invalid("not called");
    std::uint64_t connections = 0;
};

Task<> call(Executor executor, std::string host, const OutgoingRule& judge, Outcome& out) {
    Welcome welcome;
    Server server{executor, welcome};
    Endpoint endpoint;
    endpoint.host = host;
    endpoint.port = server.listen_tcp("127.0.0.1", 0, "test").value();
    endpoint.authority = host;
    auto sending = send_outgoing(std::move(endpoint), http::Call{Method::post, "/"}, judge);
    out.answer = co_await std::move(sending);
    out.connections = server.counters().accepted;
    co_await server.stop(1s);
}

Outcome call_loopback(const std::string& host, const OutgoingRule& judge) {
    Outcome out;
    run_until_done([&](Executor executor) { return call(executor, host, judge, out); });
    return out;
}

}  // namespace

TEST(OutgoingRule, RefusesEveryFormOfAPrivateAddress) {
    for (const auto* address :
         {"127.0.0.1",
          "127.9.9.9",
          "0.0.0.0",
          "10.0.0.1",
          "100.64.0.1",
          "169.254.169.254",
          "172.31.255.255",
          "192.168.1.1",
          "224.0.0.1",
          "255.255.255.255",
          "::",
          "::1",
          "::127.0.0.1",
          "::ffff:127.0.0.1",
          "::ffff:10.0.0.1",
          "64:ff9b::7f00:1",
          "2002:7f00:1::",
          "fc00::1",
          "fd12::1",
          "fe80::1",
          "fe80::1%eth0",
          "ff02::1",
          "no address"}) {
        EXPECT_FALSE(rule().allow(address)) << address;
    }
}

TEST(OutgoingRule, AllowsTheWorld) {
    for (const auto* address : {"140.82.112.3", "8.8.8.8", "172.32.0.1", "2606:50c0:8000::64"}) {
        EXPECT_TRUE(rule().allow(address)) << address;
    }
}

TEST(OutgoingRule, AllowsWhatIsNamed) {
    const auto judge = rule({"10.1.0.0/16"});

    EXPECT_TRUE(judge.allow("10.1.2.3"));
    EXPECT_TRUE(judge.allow("::ffff:10.1.2.3"));
    EXPECT_FALSE(judge.allow("10.2.0.1"));
}

TEST(OutgoingRule, KnowsAddressesThatAreWrittenAsNumbers) {
    for (const auto* host :
         {"2130706433",
          "0x7f000001",
          "017700000001",
          "127.1",
          "0x7f.1",
          "LOCALHOST",
          "a.localhost"}) {
        const auto checked = rule().check_host(host);
        ASSERT_FALSE(checked) << host;
        EXPECT_NE(checked.error().message.find("notify.allow_private"), std::string::npos);
    }
    EXPECT_TRUE(rule().check_host("hooks.example.com"));
    EXPECT_TRUE(rule().check_host("8.8.8.8"));
}

TEST(Outgoing, ANameThatLeadsToThisMachineGetsNoPacket) {
    const auto outcome = call_loopback("localhost", rule());

    ASSERT_FALSE(outcome.answer);
    EXPECT_EQ(outcome.answer.error().code, Code::refused);
    EXPECT_EQ(outcome.connections, 0U);
}

TEST(Outgoing, ReachesWhatIsAllowed) {
    const auto outcome = call_loopback("localhost", rule({"127.0.0.1"}));

    ASSERT_TRUE(outcome.answer) << outcome.answer.error().message;
    EXPECT_EQ(outcome.answer->status, 200);
}
