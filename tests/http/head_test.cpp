#include "http/head.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace triphammer::http;

namespace {

/// Scans byte by byte, as a slow client would send it, then parses. The status of the refusal, or
/// 0.
int status_of_request(const std::string& text, const HeadLimits& limits = {}) {
    HeadScanner scanner{limits};
    for (std::size_t size = 1; size <= text.size(); ++size) {
        auto found = scanner.scan(std::string_view{text}.substr(0, size));
        if (!found) return found.error().status;
        if (!*found) continue;
        EXPECT_EQ(**found, size);
        auto parsed = parse_request_head(text, limits);
        return parsed ? 0 : parsed.error().status;
    }
    ADD_FAILURE() << "no end of head in: " << text;
    return -1;
}

std::string get_with(const std::string& field) {
    return "GET / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n";
}

std::string post_with(const std::string& field) {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n";
}

struct Case {
    const char* what;
    std::string text;
    int status;
};

const std::string kNul(1, '\0');

const Case kRequests[] = {
    {"plain", get_with("X: y"), 0},
    {"no blank after the colon", get_with("X:y"), 0},
    {"empty value", get_with("X:"), 0},
    {"1.0 without Host", "GET / HTTP/1.0\r\n\r\n", 0},
    {"absolute form", "GET http://a/x HTTP/1.1\r\nHost: a\r\n\r\n", 0},
    {"bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
    {"bare LF after a field", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", 400},
    {"bare LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
    {"bare CR in a value", get_with("X: a\rb"), 400},
    {"blank before the colon", get_with("X : y"), 400},
    {"tab before the colon", get_with("X\t: y"), 400},
    {"folded field", get_with("X: y\r\n z"), 400},
    {"folded by tab", get_with("X: y\r\n\tz"), 400},
    {"blank before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
    {"empty line first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
    {"two Hosts", get_with("Host: a"), 400},
    {"Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
    {"Host with a user", "GET / HTTP/1.1\r\nHost: u@b\r\n\r\n", 400},
    {"no colon", get_with("X"), 400},
    {"empty name", get_with(": y"), 400},
    {"NUL in a value", get_with("X: a" + kNul + "b"), 400},
    {"NUL in a name", get_with("X" + kNul + ": b"), 400},
    {"8-bit byte in a name", get_with("X\x80: b"), 400},
    {"DEL in a value", get_with("X: \x7f"), 400},
    {"two blanks in the request line", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"tab in the request line", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"blank in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"8-bit byte in the target", "GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"no version", "GET /\r\nHost: a\r\n\r\n", 400},
    {"odd version", "GET / HTTP/1.1x\r\nHost: a\r\n\r\n", 400},
    {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
    {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
    {"lower-case method", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
    {"unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
    {"TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405},
    {"CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 405},
    {"dot segment", "GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"encoded dot segment", "GET /a/%2e%2e/b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"encoded slash", "GET /a%2fb HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"encoded NUL", "GET /a%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"empty segment", "GET //a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"broken escape", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
    {"length", post_with("Content-Length: 3"), 0},
    {"length 0", post_with("Content-Length: 0"), 0},
    {"chunked", post_with("Transfer-Encoding: chunked"), 0},
    {"chunked in capitals", post_with("Transfer-Encoding: CHUNKED"), 0},
    {"both lengths", post_with("Content-Length: 3\r\nTransfer-Encoding: chunked"), 400},
    {"both, the other way round",
     post_with("Transfer-Encoding: chunked\r\nContent-Length: 3"),
     400},
    {"repeated length", post_with("Content-Length: 3\r\nContent-Length: 3"), 400},
    {"two lengths", post_with("Content-Length: 3\r\nContent-Length: 4"), 400},
    {"list of lengths", post_with("Content-Length: 3, 3"), 400},
    {"signed length", post_with("Content-Length: +3"), 400},
    {"negative length", post_with("Content-Length: -1"), 400},
    {"padded length", post_with("Content-Length: 003"), 400},
    {"hexadecimal length", post_with("Content-Length: 0x3"), 400},
    {"empty length", post_with("Content-Length:"), 400},
    {"length over 63 bits", post_with("Content-Length: 99999999999999999999"), 400},
    {"chunked twice", post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400},
    {"list of encodings", post_with("Transfer-Encoding: gzip, chunked"), 400},
    {"repeated in one field", post_with("Transfer-Encoding: chunked, chunked"), 400},
    {"another encoding", post_with("Transfer-Encoding: gzip"), 400},
    {"nearly chunked", post_with("Transfer-Encoding: xchunked"), 400},
    {"vertical tab before chunked", post_with("Transfer-Encoding: \vchunked"), 400},
    {"quoted chunked", post_with("Transfer-Encoding: \"chunked\""), 400},
    {"identity", post_with("Transfer-Encoding: identity"), 400},
    {"encoding in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
    {"expectation", post_with("Expect: 100-continue"), 0},
    {"another expectation", post_with("Expect: 200-ok"), 417},
};

}  // namespace

TEST(Head, RefusesWhatTwoReadersCouldSeeDifferently) {
    for (const auto& each : kRequests) {
        EXPECT_EQ(status_of_request(each.text), each.status) << each.what;
    }
}

TEST(Head, CountsFields) {
    std::string fields;
    for (int i = 0; i < 99; ++i) fields += "X: y\r\n";

    EXPECT_EQ(status_of_request("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"), 0);
    EXPECT_EQ(status_of_request("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "X: y\r\n\r\n"), 431);
}

TEST(Head, BoundsTheHeadAndTheTargetBeforeTheyEnd) {
    const HeadLimits limits;
    HeadScanner head{limits};
    HeadScanner target{limits};

    auto large = head.scan("GET / HTTP/1.1\r\nX: " + std::string(limits.max_head_bytes, 'a'));
    auto longer = target.scan("GET /" + std::string(limits.max_target_bytes + 64, 'a'));

    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().status, 431);
    ASSERT_FALSE(longer);
    EXPECT_EQ(longer.error().status, 414);
}

TEST(Head, AcceptsATargetOfExactlyTheLimit) {
    const HeadLimits limits;
    const auto request = [](std::size_t size) {
        return "GET /" + std::string(size - 1, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
    };

    EXPECT_EQ(status_of_request(request(limits.max_target_bytes)), 0);
    EXPECT_EQ(status_of_request(request(limits.max_target_bytes + 1)), 414);
}

TEST(Head, GivesTheFieldsOfARequest) {
    const std::string text =
        "POST /a%20b/c/?x=1&y=%C3%A4+b HTTP/1.1\r\nHost: a:1\r\nX-Word:  two words \t\r\n"
        "Connection: keep-alive, Close\r\nContent-Length: 12\r\nExpect: 100-continue\r\n\r\n";

    auto parsed = parse_request_head(text, {});

    ASSERT_TRUE(parsed) << parsed.error().message;
    const auto& head = parsed->head;
    EXPECT_EQ(head.method, Method::post);
    EXPECT_EQ(head.path, "/a b/c/");
    EXPECT_EQ(head.segments, (std::vector<std::string>{"a b", "c"}));
    EXPECT_EQ(head.query.find("y"), "\u00e4 b");
    EXPECT_EQ(head.headers.find("x-word"), "two words");
    EXPECT_EQ(head.content_length, 12U);
    EXPECT_FALSE(parsed->keep_alive);
    EXPECT_TRUE(parsed->expects_continue);
}

TEST(Head, ReadsAnswersAsStrictly) {
    const auto parse = [](const std::string& rest) {
        return parse_response_head("HTTP/1.1 " + rest + "\r\n\r\n", false);
    };

    EXPECT_EQ(parse("200 OK\r\nContent-Length: 5")->length, 5U);
    EXPECT_EQ(parse("200 OK\r\nTransfer-Encoding: chunked")->body_end, BodyEnd::chunked);
    EXPECT_EQ(parse("200")->body_end, BodyEnd::close);
    EXPECT_EQ(parse("204 No Content")->body_end, BodyEnd::none);
    EXPECT_EQ(parse("101 Switching Protocols\r\nUpgrade: tcp")->status, 101);
    EXPECT_FALSE(parse("200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked"));
    EXPECT_FALSE(parse("20 OK"));
    EXPECT_FALSE(parse("2000 OK"));
    EXPECT_FALSE(parse_response_head("HTTP/2 200 OK\r\n\r\n", false));
}
