#include "aws/failure.hpp"

#include <gtest/gtest.h>

namespace triphammer::aws {

namespace {

http::Answer answer(int status, std::string body) {
    http::Answer out;
    out.status = status;
    out.body = std::move(body);
    return out;
}

}  // namespace

TEST(Failure, IsReadFromJsonAndXml) {
    const auto json = find_failure(answer(
        400,
        R"({"__type":"com.amazonaws.ecs#ClusterNotFoundException","message":"Cluster not found."})"
    ));
    const auto xml = find_failure(answer(
        403,
        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
        "<Message>not &amp; allowed</Message></Error></ErrorResponse>"
    ));

    EXPECT_EQ(json->text(), "ClusterNotFoundException: Cluster not found.");
    EXPECT_EQ(xml->text(), "AccessDenied: not & allowed");
    EXPECT_FALSE(find_failure(answer(200, "{}")));
}

TEST(Failure, NamesTheStatusWhereTheBodySaysNothing) {
    EXPECT_EQ(find_failure(answer(502, "bad gateway"))->text(), "HTTP 502: bad gateway");
    EXPECT_EQ(find_failure(answer(404, "<html>"))->code, "HTTP 404");
}

TEST(Failure, IsTransientWhereTheDocumentationSaysSo) {
    const auto is_it = [](int status, const char* code) {
        return is_transient({status, code, ""});
    };
    EXPECT_TRUE(is_it(400, "ThrottlingException"));
    EXPECT_TRUE(is_it(429, "x"));
    EXPECT_TRUE(is_it(503, "x"));
    EXPECT_FALSE(is_it(400, "ClientException"));
    EXPECT_FALSE(is_it(403, "AccessDenied"));
}

TEST(AnswersDate, IsReadOrNothing) {
    http::Headers headers{{"Date", "Sat, 21 Nov 2026 08:15:30 GMT"}};
    EXPECT_EQ(to_rfc3339(*date_of(headers)), "2026-11-21T08:15:30.000Z");
    EXPECT_FALSE(date_of(http::Headers{{"Date", "yesterday"}}));
    EXPECT_FALSE(date_of(http::Headers{}));
}

}  // namespace triphammer::aws
