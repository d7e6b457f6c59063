#include "http/networks.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::http;

namespace {

Networks networks(const std::vector<std::string>& texts) {
    return Networks::parse(texts).value();
}

RequestHead head_from(const std::string& address, const std::vector<std::string>& forwarded) {
    RequestHead head;
    head.peer.address = address;
    for (const auto& field : forwarded) head.headers.add("X-Forwarded-For", field);
    return head;
}

}  // namespace

TEST(Networks, ContainAddressesAndRanges) {
    const auto some = networks({"192.0.2.7", "10.0.0.0/8", "2001:db8::/33", "::1"});

    for (const auto* inside : {"192.0.2.7", "10.255.1.2", "2001:db8:7fff::1", "::1"}) {
        EXPECT_TRUE(some.contain(inside)) << inside;
    }
    for (const auto* outside : {"192.0.2.8", "11.0.0.1", "2001:db8:8000::1", "::2", "unix", ""}) {
        EXPECT_FALSE(some.contain(outside)) << outside;
    }
}

TEST(Networks, KnowAnIp4AddressInBothForms) {
    EXPECT_TRUE(networks({"10.0.0.0/8"}).contain("::ffff:10.1.2.3"));
    EXPECT_TRUE(networks({"::ffff:10.0.0.1"}).contain("10.0.0.1"));
    EXPECT_TRUE(networks({"0.0.0.0/0"}).contain("203.0.113.9"));
    EXPECT_FALSE(networks({"0.0.0.0/0"}).contain("2001:db8::1"));
}

TEST(Networks, RefuseWhatIsNoAddress) {
    for (const auto* wrong : {"", "proxy", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.1/x"}) {
        EXPECT_FALSE(Networks::parse({wrong})) << wrong;
    }
}

TEST(Networks, CountAnIp6CustomerOnce) {
    EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), network_of("2001:db8:1:2::1"));
    EXPECT_NE(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
    EXPECT_EQ(network_of("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(network_of("unix"), "unix");
}

TEST(FindClient, BelievesDeclaredProxiesOnly) {
    const auto proxies = networks({"10.0.0.0/8"});

    EXPECT_EQ(find_client(head_from("203.0.113.9", {"1.2.3.4"}), proxies), "203.0.113.9");
    EXPECT_EQ(find_client(head_from("10.0.0.1", {"1.2.3.4"}), proxies), "1.2.3.4");
    EXPECT_EQ(find_client(head_from("10.0.0.1", {"1.2.3.4"}), {}), "10.0.0.1");
    EXPECT_EQ(find_client(head_from("10.0.0.1", {}), proxies), "10.0.0.1");
}

TEST(FindClient, TakesTheLastAddressThatIsNoProxy) {
    const auto proxies = networks({"10.0.0.0/8"});

    EXPECT_EQ(
        find_client(head_from("10.0.0.1", {"6.6.6.6, 1.2.3.4, 10.0.0.2"}), proxies), "1.2.3.4"
    );
    EXPECT_EQ(find_client(head_from("10.0.0.1", {"6.6.6.6", "1.2.3.4"}), proxies), "1.2.3.4");
    EXPECT_EQ(find_client(head_from("10.0.0.1", {"10.0.0.3, 10.0.0.2"}), proxies), "10.0.0.3");
}

TEST(FindClient, StopsAtWhatIsNoAddress) {
    const auto proxies = networks({"10.0.0.0/8"});

    EXPECT_EQ(find_client(head_from("10.0.0.1", {"1.2.3.4, unknown"}), proxies), "10.0.0.1");
    EXPECT_EQ(find_client(head_from("10.0.0.1", {"1.2.3.4, x, 10.0.0.2"}), proxies), "10.0.0.2");
}
