#include "runner/deploy/remote/access.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace triphammer;
using namespace triphammer::runner;

namespace {

constexpr const char* kCertificateText =
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
constexpr const char* kKeyText = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
constexpr const char* kHostLine = "web1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA";

std::string reason_of(const std::string& host, const std::string& known, const std::string& key) {
    const auto access = make_engine_access(host, known, key);
    return access ? "" : access.error().message;
}

}  // namespace

TEST(EngineRemotes, AreOfTwoForms) {
    const auto ssh = parse_engine_remote("ssh://deploy@web1:2222").value();
    const auto tcp = parse_engine_remote("tcp://10.0.0.7:2376").value();

    EXPECT_TRUE(ssh.is_ssh);
    EXPECT_EQ(ssh.address.user, "deploy");
    EXPECT_EQ(ssh.text(), "ssh://deploy@web1:2222");
    EXPECT_FALSE(tcp.is_ssh);
    EXPECT_EQ(tcp.address.port, 2376);
    EXPECT_EQ(tcp.text(), "tcp://10.0.0.7:2376");
    EXPECT_EQ(parse_engine_remote("tcp://[::1]:2376").value().text(), "tcp://[::1]:2376");
}

TEST(EngineRemotes, OfAnythingElseAreRefused) {
    for (const char* bad :
         {"",
          "web1",
          "deploy@web1",
          "ssh://web1",
          "ssh://-oProxyCommand=x@web1",
          "ssh://a@-b",
          "tcp://web1",
          "tcp://web1:",
          "tcp://web1:0",
          "tcp://web1:99999",
          "tcp://a@web1:2376",
          "tcp://web1:2376/x",
          "tcp://[::1]",
          "unix:///var/run/docker.sock",
          "http://web1:2375"}) {
        EXPECT_FALSE(parse_engine_remote(bad)) << bad;
    }
}

TEST(EngineAccesses, NeedWhatProvesBothSides) {
    const auto pair = std::string{kCertificateText} + kKeyText;

    EXPECT_EQ(reason_of("tcp://web1:2376", kCertificateText, pair), "");
    EXPECT_EQ(reason_of("ssh://a@web1", kHostLine, kKeyText), "");
    EXPECT_NE(reason_of("tcp://web1:2376", "", pair).find("ca.pem"), std::string::npos);
    EXPECT_NE(reason_of("tcp://web1:2376", kHostLine, pair).find("ca.pem"), std::string::npos);
    for (const char* half : {kCertificateText, kKeyText, ""}) {
        const auto reason = reason_of("tcp://web1:2376", kCertificateText, half);
        EXPECT_NE(reason.find("key holds no"), std::string::npos) << half;
    }
    EXPECT_NE(
        reason_of("ssh://a@web1", "", kKeyText).find("known-hosts is empty"), std::string::npos
    );
    EXPECT_NE(reason_of("ssh://a@web1", kHostLine, "x").find("private key"), std::string::npos);
}

TEST(EngineAccesses, DialWithAPinnedHostAndOneKey) {
    const SshAddress address{"deploy", "web1", 2222};
    const auto dial = make_dial_arguments(address, "/t/engine");
    const auto trunk = make_trunk_arguments(address, "/t/engine");
    const auto has = [](const std::vector<std::string>& all, const char* text) {
        return std::find(all.begin(), all.end(), text) != all.end();
    };

    for (const auto* all : {&dial, &trunk}) {
        EXPECT_TRUE(has(*all, "StrictHostKeyChecking=yes"));
        EXPECT_TRUE(has(*all, "UserKnownHostsFile=/t/engine/known_hosts"));
        EXPECT_TRUE(has(*all, "IdentityFile=/t/engine/key"));
        EXPECT_TRUE(has(*all, "ControlPath=trunk"));
        EXPECT_TRUE(has(*all, "BatchMode=yes"));
    }
    for (const auto* all : {&dial, &trunk}) {
        EXPECT_EQ(all->back(), "docker system dial-stdio");
        EXPECT_EQ((*all)[all->size() - 2], "web1");
        EXPECT_EQ((*all)[all->size() - 3], "--");
    }
    EXPECT_TRUE(has(dial, "ControlMaster=no"));
    EXPECT_TRUE(has(trunk, "ControlMaster=yes"));
}
