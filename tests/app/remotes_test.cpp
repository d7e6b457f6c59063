#include "app/remotes.hpp"

#include "git/url.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::app;

namespace {

bool is_taken(const Config& config, const std::string& url) {
    return static_cast<bool>(git::check_url(url, url_rules(config)));
}

}  // namespace

TEST(Remotes, RepositoriesAreAtGithubUntilTheConfigurationListsMore) {
    Config config;

    EXPECT_TRUE(is_taken(config, "https://github.com/a/b.git"));
    EXPECT_TRUE(is_taken(config, "ssh://git@github.com/a/b.git"));
    EXPECT_TRUE(is_taken(config, "ssh://git@ssh.github.com:443/a/b.git"));
    for (const auto* other :
         {"https://git.example.com/a/b",
          "https://github.com.example.com/a/b",
          "ssh://git@git.example.com/a/b",
          "http://github.com/a/b"}) {
        EXPECT_FALSE(is_taken(config, other)) << other;
    }
    config.github.url = "https://github.example.com:8443";
    EXPECT_TRUE(is_taken(config, "https://github.example.com:8443/a/b"));
    EXPECT_FALSE(is_taken(config, "https://github.example.com/a/b"));
    EXPECT_FALSE(is_taken(config, "https://github.com/a/b"));
    EXPECT_FALSE(is_taken(config, "ssh://git@ssh.github.com:443/a/b"));
}

TEST(Remotes, WhatTheKeysBelowGitListMayBeAskedToo) {
    Config config;
    config.git_hosts = {"git.example.com"};
    config.insecure_git_hosts = {"127.0.0.1"};
    config.known_hosts = {
        "a.example.com,[b.example.com]:2222 ssh-ed25519 AAAA", "|1|c2FsdA==|aGFzaA== ssh-rsa AAAA"};

    for (const auto* listed :
         {"https://git.example.com/a/b",
          "ssh://git@a.example.com/a/b",
          "ssh://git@b.example.com:2222/a/b",
          "http://127.0.0.1:3000/a/b",
          "https://github.com/a/b"}) {
        EXPECT_TRUE(is_taken(config, listed)) << listed;
    }
    EXPECT_FALSE(is_taken(config, "ssh://git@b.example.com/a/b"));
    config.git_hosts = {"*"};
    EXPECT_TRUE(is_taken(config, "https://anywhere.example.com/a/b"));
    EXPECT_FALSE(is_taken(config, "http://anywhere.example.com/a/b"));
}
