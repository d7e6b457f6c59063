#include "git/url.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::git;

namespace {

const UrlRules kRules{{"git.example.com", "git.example.com:8443"}, {"127.0.0.1", "evil.example"}};

}  // namespace

TEST(Url, TakesHttpsAndSshOfListedHosts) {
    EXPECT_EQ(
        check_url("https://Git.Example.com/acme/app.git", kRules)->text(),
        "https://git.example.com/acme/app.git"
    );
    EXPECT_EQ(
        check_url("https://git.example.com:8443/a/b", kRules)->origin(),
        "https://git.example.com:8443/"
    );
    EXPECT_EQ(check_url("ssh://git@git.example.com/a/b", kRules)->scheme(), "ssh");
    EXPECT_EQ(check_url("ssh://git@git.example.com/a/b", kRules)->host(), "git.example.com");
}

TEST(Url, TakesPlainHttpFromListedLoopbackOnly) {
    EXPECT_TRUE(check_url("http://127.0.0.1:3000/a/b.git", kRules));
    EXPECT_FALSE(check_url("http://127.0.0.2:3000/a/b.git", kRules));
    EXPECT_FALSE(check_url("http://evil.example/a/b.git", kRules));  // listed, not loopback
    EXPECT_FALSE(check_url("http://git.example.com/a/b.git", kRules));
}

TEST(Url, RefusesWhatGitWouldTakeForSomethingElse) {
    for (const auto* url :
         {"file:///etc/passwd",
          "/srv/repository.git",
          "ext::sh -c touch% /tmp/x",
          "git://git.example.com/a/b",
          "-uhttps://git.example.com/a/b",
          "--upload-pack=touch",
          "ssh://-oProxyCommand=touch/a/b",
          "ssh://git@-oProxyCommand=touch/a/b",
          "ssh://root@git.example.com/a/b",
          "git@git.example.com:a/b.git",
          "https://user:password@git.example.com/a/b",
          "https://token@git.example.com/a/b",
          "https://@git.example.com/a/b",
          "https://git.example.com@evil.example/a/b",
          "https://git.example.com/a/../../b",
          "https://git.example.com/a/..",
          "https://git.example.com",
          "https://git.example.com/",
          "https:///a/b",
          "https://git.example.com:0/a/b",
          "https://git.example.com:99999/a/b",
          "https://git.example.com/a b",
          "https://git.example.com/a\nb",
          "https://git.example.com/a?x=y",
          "https://git.example.com/a#x",
          "https://other.example/a/b",
          "HTTPS://git.example.com/a/b",
          "fd::17/a/b",
          ""}) {
        EXPECT_FALSE(check_url(url, kRules)) << url;
    }
}

TEST(Url, TakesAnyHostWhereNoneIsListed) {
    EXPECT_TRUE(check_url("https://anywhere.example/a/b", {}));
    EXPECT_TRUE(check_url("https://[2001:db8::1]:8443/a/b", {}));
    EXPECT_EQ(check_url("http://anywhere.example/a/b", {}).error().code, Code::refused);
}
