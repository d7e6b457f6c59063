#include "http/message.hpp"

#include <gtest/gtest.h>

using namespace triphammer;
using namespace triphammer::http;

TEST(Headers, FindsNamesWithoutCase) {
    Headers headers{{"Content-Type", "a"}, {"X", "1"}, {"x", "2"}};

    EXPECT_EQ(headers.find("content-type"), "a");
    EXPECT_EQ(headers.count("X"), 2U);
    headers.set("X", "3");
    EXPECT_EQ(headers.count("x"), 1U);
    EXPECT_EQ(headers.find("x"), "3");
    EXPECT_FALSE(headers.find("y"));
}

TEST(Headers, FindsTokensInLists) {
    const Headers headers{{"Connection", "keep-alive , Upgrade"}, {"Connection", "x"}};

    EXPECT_TRUE(headers.has_token("connection", "upgrade"));
    EXPECT_TRUE(headers.has_token("connection", "x"));
    EXPECT_FALSE(headers.has_token("connection", "up"));
}

TEST(JsonText, EscapesWhatJsonForbids) {
    EXPECT_EQ(to_json_text("a\"b\\c\n\x01\t"), "\"a\\\"b\\\\c\\n\\u0001\\u0009\"");
    EXPECT_EQ(to_json_text("\u00e4\u20ac\U0001f600"), "\"\u00e4\u20ac\U0001f600\"");
    EXPECT_EQ(to_json_text("a\xff\xc3"), "\"a\ufffd\ufffd\"");
}

TEST(ErrorResponse, HasTheContractsShape) {
    const auto response = make_error(not_found("run 7"));

    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(
        std::get<std::string>(response.body), R"({"error":{"code":"not_found","message":"run 7"}})"
    );
}
