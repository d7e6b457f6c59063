#include "runner/deploy/ssh/wire.hpp"

#include <gtest/gtest.h>

#include <algorithm>

using namespace triphammer;
using namespace triphammer::runner;

TEST(SshWire, ReadsAddresses) {
    const auto plain = parse_ssh_address("deploy@app.example.com").value();
    const auto other = parse_ssh_address("a_b@10.0.0.7:2222").value();
    const auto six = parse_ssh_address("root@[fe80::1]:22").value();

    EXPECT_EQ(plain, (SshAddress{"deploy", "app.example.com", 22}));
    EXPECT_EQ(other.text(), "a_b@10.0.0.7:2222");
    EXPECT_EQ(six.host, "fe80::1");
    EXPECT_TRUE(parse_ssh_address("a@localhost").value().is_loopback());
}

TEST(SshWire, RefusesWhatTheClientCouldTakeForSomethingElse) {
    for (const char* bad :
         {"",
          "host",
          "@host",
          "user@",
          "-oProxyCommand=x@host",
          "user@-oProxyCommand=x",
          "u@h:0",
          "u@h:70000",
          "u@h:",
          "u@h:22:22",
          "u@h h",
          "u u@h",
          "u@[::1",
          "u@[::1]22",
          "u@h;x",
          "u@h\n",
          "u@$(x)",
          "ssh://u@h"}) {
        EXPECT_EQ(parse_ssh_address(bad).error().code, Code::invalid) << bad;
    }
}

TEST(SshWire, WantsAKnownHost) {
    EXPECT_TRUE(check_known_hosts("# x\n\n[h]:22 ssh-ed25519 AAAA\nh ecdsa-sha2-nistp256 AAAA c\n")
    );
    EXPECT_TRUE(check_known_hosts("@cert-authority *.h ssh-rsa AAAA"));
    for (const char* bad : {"", "\n", "# only", "h", "h AAAA", "ssh-ed25519 AAAA", "h yes AAAA"}) {
        EXPECT_FALSE(check_known_hosts(bad)) << bad;
    }
    const auto why = check_known_hosts("h ssh-rsa AAAA\nssh-rsa AAAA").error().message;
    EXPECT_NE(why.find("line 2"), std::string::npos) << why;
}

TEST(SshWire, WantsAPrivateKey) {
    EXPECT_TRUE(check_private_key("\n-----BEGIN OPENSSH PRIVATE KEY-----\nx\n"));
    for (const char* bad :
         {"", "ssh-ed25519 AAAA", "-----BEGIN PUBLIC KEY-----", "/root/.ssh/id"}) {
        EXPECT_FALSE(check_private_key(bad)) << bad;
    }
}

TEST(SshWire, PinsTheHostAndUsesNothingButTheKey) {
    const auto arguments =
        make_ssh_arguments({"deploy", "10.0.0.7", 2222}, "/tmp/key", "/tmp/hosts", 120);
    const auto has = [&arguments](const char* text) {
        return std::find(arguments.begin(), arguments.end(), text) != arguments.end();
    };

    for (const char* option :
         {"none",
          "StrictHostKeyChecking=yes",
          "UserKnownHostsFile=/tmp/hosts",
          "GlobalKnownHostsFile=/dev/null",
          "IdentityFile=/tmp/key",
          "IdentitiesOnly=yes",
          "IdentityAgent=none",
          "BatchMode=yes",
          "ClearAllForwardings=yes",
          "2222",
          "deploy"}) {
        EXPECT_TRUE(has(option)) << option;
    }
    EXPECT_EQ(arguments[arguments.size() - 2], "10.0.0.7");
    EXPECT_EQ(arguments[arguments.size() - 3], "--");
    EXPECT_NE(arguments.back().find("count=120"), std::string::npos);
}

TEST(SshWire, SaysSecretsOnStandardInputAlone) {
    const auto payload = make_ssh_payload({"A=it's", "B=x\ny=$z", "C="}, "./release").value();

    EXPECT_EQ(payload, "export A='it'\\''s'\nexport B='x\ny=$z'\nexport C=''\nset -e\n./release\n");
    EXPECT_FALSE(make_ssh_payload({"A;x=1"}, ""));
    EXPECT_FALSE(make_ssh_payload({"1A=1"}, ""));
    EXPECT_FALSE(make_ssh_payload({}, std::string_view{"a\0b", 3}));
}
