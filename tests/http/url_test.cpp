#include "http/url.hpp"

#include <gtest/gtest.h>

using namespace triphammer::http;

TEST(Url, ReadsWhatIsAbsolute) {
    auto url = parse_url("HTTPS://Example.ORG:8443/a/b?c=d");

    ASSERT_TRUE(url);
    EXPECT_TRUE(url->tls);
    EXPECT_EQ(url->host, "example.org");
    EXPECT_EQ(url->port, 8443);
    EXPECT_EQ(url->target, "/a/b?c=d");
    EXPECT_EQ(url->authority(), "example.org:8443");
    EXPECT_EQ(parse_url("http://[::1]:80")->authority(), "[::1]");
    EXPECT_EQ(parse_url("http://a?b")->target, "/?b");
    EXPECT_EQ(to_text(*url), "https://example.org:8443/a/b?c=d");
}

TEST(Url, RefusesEverythingElse) {
    for (const std::string text : {
             "",
             "a",
             "//a/b",
             "file:///etc/passwd",
             "ftp://a/",
             "http:/a",
             "http://",
             "http:///a",
             "http://u@a/",
             "http://u:p@a/",
             "http://a:0/",
             "http://a:65536/",
             "http://a:/",
             "http://a:8x/",
             "http://a b/",
             "http://a/\x7f",
             "http://a/#f",
             "http://a\\b/",
             "http://[::1/",
             "http://[::1]x/",
             "http://[]/",
             "http://\xc3\xa4/",
         }) {
        EXPECT_FALSE(parse_url(text)) << text;
    }
}

TEST(Url, ResolvesLocations) {
    const auto base = parse_url("https://a:1/x?y").value();

    EXPECT_EQ(to_text(resolve_location(base, "/z").value()), "https://a:1/z");
    EXPECT_TRUE(resolve_location(base, "https://a:1/q")->same_origin(base));
    EXPECT_FALSE(resolve_location(base, "http://a:1/q")->same_origin(base));
    EXPECT_FALSE(resolve_location(base, "//b/q"));
    EXPECT_FALSE(resolve_location(base, "q"));
}
